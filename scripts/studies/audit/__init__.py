"""How well audits find wrong labels where the truth is known; docs/audit-study.md shows it."""
