"""All comparisons of the study, which share one correction: a comparison has one mark on every page."""

from collections.abc import Iterable

from sl.stats import Inference, adjusted
from sl.tables.paired import mark


class Family:
    """Tests that are corrected together. Equal ones are one comparison, which several tables show."""

    def __init__(self, tests: Iterable[Inference]) -> None:
        whole = list(dict.fromkeys(tests))
        self._corrected = dict(zip(whole, adjusted(whole), strict=True))
        self.tested = sum(test.tested for test in whole)

    def p(self, test: Inference) -> float | None:
        """The corrected p of one of the tests; None where nothing is tested."""
        return self._corrected[test] if test.n else None

    def mark(self, test: Inference) -> str:
        """The mark of one of the tests; empty if it is not significant."""
        return mark(self.p(test))
