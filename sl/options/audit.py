"""The options of an audit of labels; configs/audit.yaml says what each means."""

from dataclasses import dataclass

from sl.options.run import RunConfig


@dataclass(kw_only=True)
class AuditConfig(RunConfig):
    """An audit by the run that all else describes."""

    expected_precision: float
    sheet: int
    sample: int
    folds: int | None = None
    jobs: int | None = None
    out: str | None = None
    results_dir: str
