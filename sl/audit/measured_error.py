"""How far the true share of wrong labels is from an audit's estimate, measured where the errors are known."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MeasuredError:
    """In so many `audits` of known errors the true share of wrong labels was `least` to `most` times the estimate."""

    audits: int
    least: float
    most: float

    def range_of(self, estimate: float) -> str:
        """Where the true share lies if an estimate, a share, is as wrong as these were; in percent, 100 at most.

        >>> MeasuredError(44, 0.6, 2.5).range_of(0.2)
        '12.0 to 50.0 %'
        """
        low, high = (100 * min(1.0, factor * estimate) for factor in (self.least, self.most))
        return f"{low:.1f} to {high:.1f} %"


# By loss, and whether in folds; factors rounded outwards. Of results/audit_study and results/audit_time, from which a
# test computes them.
STUDY = {
    ("sl", False): MeasuredError(44, 0.6, 2.5),
    ("sl", True): MeasuredError(22, 0.6, 1.1),
    ("ce", True): MeasuredError(21, 0.8, 1.6),
}
