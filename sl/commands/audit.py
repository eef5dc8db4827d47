"""Audit the labels of a data set: which are probably wrong, and how many (docs/audit.md).

sl audit dataset=folder data_dir=my_pictures loss=sl
"""

from sl.options.audit import AuditConfig


def main(config: AuditConfig) -> None:
    """Audit as `config` says."""
    from sl.audit.command import run_audit  # imports torch; --help does without it

    run_audit(config)
