"""What others report on a claim: the paper, and published re-runs of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sl.numbers import plural, signed
from sl.paper import STAGE_EPOCHS
from sl.record import Noise
from sl.tables.published import CONFIDENCES, PAPER, ClassAccuracies, Fact, Published, marked, unchecked


@dataclass(frozen=True)
class Reported:
    """A published number for a claim; `confidence` says in words how sure it is.

    `unchecked`: the number is not checked; `paper`: it is the paper's own.
    """

    text: str
    source: str
    confidence: str
    unchecked: bool
    paper: bool

    def __str__(self) -> str:
        """The text, with a mark if it is unchecked."""
        return marked(self.text, self.unchecked)


def reported_number(text: str, source: str, confidence: str, *, paper: bool) -> Reported:
    """A number that `source` reports; `confidence` is a key of `CONFIDENCES`."""
    return Reported(text, source, CONFIDENCES[confidence], unchecked(confidence), paper)


def reruns(fact: Fact, classes: Sequence[ClassAccuracies]) -> Iterable[Reported]:
    """The late gap between the two classes of `fact`, in points, in each re-run of the paper."""
    for line in classes:
        same = (line.dataset, line.loss, line.noise) == (fact.dataset, fact.loss, fact.noise)
        if same and line.epoch == STAGE_EPOCHS["late"]:
            gap = f"{line.accuracy[fact.better] - line.accuracy[fact.worse]:.1f}"
            source = f"{line.label}, {plural(line.runs, 'run')}, epoch {line.epoch}"
            yield reported_number(gap, source, line.confidence, paper=False)


def gains_of_sl(loss: str, noise: Noise, tables: Sequence[Published]) -> Iterable[Reported]:
    """The points that SL gains over `loss` under `noise`, from each table that has both."""
    for table in tables:
        sl, other = table.cells.get(("sl", noise)), table.cells.get((loss, noise))
        if sl and other:
            text = signed(sl.mean - other.mean, min(sl.decimals, other.decimals))
            epoch = f", {table.epoch} epoch" if table.epoch in ("last", "best") else ""
            yield reported_number(text, f"{table.label}{epoch}", table.confidence, paper=table.label == PAPER)
