"""Audit the labels of a data set: which are probably wrong, and how many (docs/audit.md).

sl audit dataset=folder data_dir=my_pictures loss=sl
"""

from sl.audit.options import AuditConfig
from sl.config.app import run_app


def main(config: AuditConfig) -> None:
    """Audit as `config` says."""
    from sl.audit.command import run_audit  # imports torch; --help does without it

    run_audit(config)


def run() -> None:
    """Begin with what the command line says."""
    run_app(main, "audit")
