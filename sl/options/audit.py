"""The options of an audit of labels; configs/audit.yaml says what each means."""

from dataclasses import dataclass

from sl.checks import integer, number
from sl.errors import UserError
from sl.options.run import RunConfig


@dataclass(kw_only=True)
class AuditConfig(RunConfig):
    """The options of an audit: those of the runs that it trains, and its own."""

    expected_precision: float
    sheet: int
    sample: int
    folds: int | None
    jobs: int | None
    out: str | None
    results_dir: str

    def check(self) -> None:
        """Raise UserError for an option that is out of range, or that an audit sets itself for its runs."""
        if self.folds is not None and (self.folds < 0 or self.folds == 1):
            raise UserError("folds", self.folds, "must be 0 (one run) or a whole number of at least 2")
        number("expected_precision", self.expected_precision, 0, 1, low_open=True)
        integer("sheet", self.sheet, 0)
        integer("sample", self.sample, 0)
        if self.fold is not None and self.fold.isdecimal():
            raise UserError("fold", self.fold, f"an audit sets it itself; did you mean folds={self.fold}?")
        for option in ("holdout", "fold", "save"):
            if (value := getattr(self, option)) is not None:
                raise UserError(option, value, "must be null: an audit sets it itself")
