"""How far an audit's estimate is from the true share of wrong labels, measured where the wrong labels are known."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MeasuredError:
    """In `audits` audits with 8 to 40 % known wrong labels the true share was `least` to `most` times the estimate."""

    audits: int
    least: float
    most: float

    def range_of(self, estimate: float) -> str:
        """The true share in percent (at most 100) if `estimate`, a share in [0, 1], is as wrong as in these audits.

        >>> MeasuredError(44, 0.6, 2.5).range_of(0.2)
        '12.0 to 50.0 %'
        """
        low, high = (100 * min(1.0, factor * estimate) for factor in (self.least, self.most))
        return f"{low:.1f} to {high:.1f} %"


# Keys: the loss, and whether the audit has folds. Factors are rounded outwards. A test computes the values from
# results/audit_study and results/audit_time.
STUDY = {
    ("sl", False): MeasuredError(44, 0.6, 2.5),
    ("sl", True): MeasuredError(22, 0.6, 1.1),
    ("ce", True): MeasuredError(21, 0.8, 1.6),
}
