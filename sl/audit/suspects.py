"""The lists that an audit writes (CSV): every image by suspicion, and the labels with the decisions taken over."""

from collections.abc import Iterable, Sequence

from sl.audit.rank import Array, Ranking
from sl.audit.subject import Subject
from sl.tables.formats import comma_separated

COLUMNS = ("label", "suggested", "confidence_label", "confidence_suggested", "rank", "wrong_probability", "decision")


def suspects_list(subject: Subject, ranking: Ranking, probabilities: Array) -> str:
    """A line for each image, the most suspicious first: path or index, COLUMNS; decision is change or keep."""
    lines = []
    for place, row in enumerate(ranking.order.tolist(), 1):
        label, suggested = int(subject.labels[row]), int(ranking.suggested[row])
        values = (ranking.score[row], probabilities[row, suggested])
        lines.append(
            [subject.names[row], subject.class_names[label], subject.class_names[suggested]]
            + [f"{value:.3g}" for value in values]  # the most suspicious differ in their powers of ten
            + [str(place), f"{ranking.wrong[row]:.4f}", "change" if ranking.change[row] else "keep"]
        )
    return comma_separated([subject.key, *COLUMNS], lines)


def corrected(subject: Subject, ranking: Ranking) -> list[tuple[str, str, str]]:
    """Name, label and split of every image in its old order, with the decisions taken over."""
    lines = []
    for row, label in enumerate(subject.labels.tolist()):
        chosen = int(ranking.suggested[row]) if ranking.change[row] else label
        lines.append((subject.names[row], subject.class_names[chosen], subject.split(row)))
    return lines


def labels_list(subject: Subject, lines: Iterable[Sequence[str]]) -> str:
    """A file of labels: path (or index), label, split; `dataset=folder dataset.labels=...` reads one with paths."""
    return comma_separated([subject.key, "label", "split"], lines)
