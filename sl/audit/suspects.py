"""The CSV lists that an audit writes: all images by suspicion, and all labels with the changes applied."""

from collections.abc import Iterable, Sequence

from sl.audit.rank import Array, Ranking
from sl.audit.subject import Subject
from sl.tables.formats import comma_separated

COLUMNS = ("label", "suggested", "confidence_label", "confidence_suggested", "rank", "wrong_probability", "decision")


def suspects_list(subject: Subject, ranking: Ranking, probabilities: Array) -> str:
    """The CSV text with a line for each image, the most suspicious first; `decision` is change or keep."""
    lines = []
    for place, row in enumerate(ranking.order.tolist(), 1):
        label, suggested = int(subject.labels[row]), int(ranking.suggested[row])
        values = (ranking.score[row], probabilities[row, suggested])
        lines.append(
            [subject.names[row], subject.class_names[label], subject.class_names[suggested]]
            + [f"{value:.3g}" for value in values]  # probabilities of the most suspicious differ by powers of ten
            + [str(place), f"{ranking.wrong[row]:.4f}", "change" if ranking.change[row] else "keep"]
        )
    return comma_separated([subject.key, *COLUMNS], lines)


def corrected(subject: Subject, ranking: Ranking) -> list[tuple[str, str, str]]:
    """Name, label and split of every image in the subject's order, with the audit's changes applied."""
    lines = []
    for row, label in enumerate(subject.labels.tolist()):
        chosen = int(ranking.suggested[row]) if ranking.change[row] else label
        lines.append((subject.names[row], subject.class_names[chosen], subject.split(row)))
    return lines


def labels_list(subject: Subject, lines: Iterable[Sequence[str]]) -> str:
    """The CSV text of path (or index), label and split; `dataset=folder dataset.labels=...` reads one with paths."""
    return comma_separated([subject.key, "label", "split"], lines)
