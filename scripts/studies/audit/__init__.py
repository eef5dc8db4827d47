"""A study of how well audits find wrong labels where the truth is known; docs/audit-study.md shows the results."""
