"""Audit the labels of a data set: which are probably wrong, and how many (docs/audit.md).

sl audit dataset=folder data_dir=my_pictures loss=sl
"""

from sl.options.audit import AuditConfig
from sl.say import say


def main(config: AuditConfig) -> None:
    """Audit as `config` says; the first line is printed before anything that may take long."""
    then = "then trains, where each line says how much time is left"
    say(f"audit of {config.names['dataset']}: loads its packages and reads the data, {then}")
    from sl.audit.command import run_audit  # imports torch; --help does without it

    run_audit(config)
