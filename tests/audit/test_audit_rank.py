"""Ranking, decision and the lists that are written."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from sl.audit.classes import Audited, class_numbers, page, write_classes
from sl.audit.rank import Ranking, rank
from sl.audit.subject import Subject
from sl.audit.suspects import corrected, labels_list, suspects_list


def test_the_decision_keeps_its_expected_precision() -> None:
    """Six suspects with P(wrong) 1, 1, 0.8, 0.4, 0.3, 0.1: three have the mean 0.93, four 0.8, five 0.7."""
    confidence = np.array([0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.9, 0.95])
    probabilities = np.column_stack([confidence, 1 - confidence])
    labels, wrong = np.zeros(8, dtype=np.int64), np.array([1, 1, 0.8, 0.4, 0.3, 0.1, 0, 0])
    for precision, changed in ((0.99, 2), (0.9, 3), (0.79, 4), (0.69, 5), (0.1, 6)):
        found = rank(labels, probabilities, wrong, precision, np.ones(8, dtype=bool))
        assert np.flatnonzero(found.change).tolist() == list(range(changed))
        assert found.order.tolist() == list(range(8))


def test_labels_are_changed_up_to_the_last_place_that_keeps_the_precision() -> None:
    """The mean of P(wrong) falls to 0.5, comes back to exactly 0.75, and falls to 0.6."""
    wrong = np.array([1, 0, 1, 1, 0])
    probabilities = np.column_stack([np.linspace(0.1, 0.3, 5), 1 - np.linspace(0.1, 0.3, 5)])
    found = rank(np.zeros(5, dtype=np.int64), probabilities, wrong, 0.75, np.ones(5, dtype=bool))
    assert found.change.tolist() == [True] * 4 + [False]


def test_labels_that_are_equally_suspicious_keep_their_order() -> None:
    probabilities = np.tile([[0.25, 0.75], [0.5, 0.5]], (500, 1))
    found = rank(np.zeros(1000, dtype=np.int64), probabilities, np.zeros(1000), 0.9, np.ones(1000, dtype=bool))
    assert found.order.tolist() == [*range(0, 1000, 2), *range(1, 1000, 2)]


def test_the_score_is_cleanlabs_and_stands_once_in_the_list(
    subject: Subject, ranking: Ranking, probabilities: np.ndarray, tmp_path: Path
) -> None:
    cleanlab = pytest.importorskip("cleanlab.rank", reason="cleanlab is not installed: pip install -e '.[audit]'")
    labels = subject.labels.numpy()
    theirs = cleanlab.get_label_quality_scores(labels, probabilities, method="self_confidence")
    assert np.array_equal(rank(labels, probabilities, ranking.wrong, 0.9, np.ones(40, dtype=bool)).score, theirs)
    (tmp_path / "suspects.csv").write_text(suspects_list(subject, ranking, probabilities))
    lines = list(csv.reader((tmp_path / "suspects.csv").read_text().splitlines()))
    columns = {name: tuple(values) for name, *values in zip(*lines, strict=True)}
    assert len(set(columns.values())) == len(columns)


def test_a_class_with_fewer_images_than_folds_is_not_judged(subject: Subject) -> None:
    few = replace(subject, labels=torch.tensor([0] * 25 + [1] * 4 + [2] + [2] * 10))
    assert few.judged(4).tolist() == [True] * 29 + [False] * 11  # one image of class 2 is trained on, ten are not
    assert few.judged(5).tolist() == [True] * 25 + [False] * 15
    assert few.judged(0).tolist() == few.judged(4).tolist()
    probabilities = np.array([[0.99, 0.01]] * 5)
    judged = np.array([True] * 4 + [False])
    found = rank(np.array([0, 0, 0, 0, 1]), probabilities, np.array([0, 0, 0, 0, 1.0]), 0.9, judged)
    assert found.order[0] == 4
    assert not found.change.any()


def test_suspects_are_written_most_suspicious_first(
    subject: Subject, ranking: Ranking, probabilities: np.ndarray, tmp_path: Path
) -> None:
    (tmp_path / "suspects.csv").write_text(suspects_list(subject, ranking, probabilities))
    lines = list(csv.DictReader((tmp_path / "suspects.csv").read_text().splitlines()))
    assert [line["rank"] for line in lines] == [str(place) for place in range(1, 41)]
    assert {line["index"] for line in lines[:3]} == {subject.names[row] for row in (5, 9, 31)}
    first = next(line for line in lines if line["index"] == subject.names[5])
    assert (first["label"], first["suggested"]) == ('a "quoted" one', "cat")
    assert (first["confidence_label"], first["confidence_suggested"]) == ("0.05", "0.9")
    assert first["wrong_probability"] == "0.9500"
    assert [line["decision"] for line in lines].count("change") == 2


def test_confidences_near_zero_differ_in_the_list(
    subject: Subject, ranking: Ranking, probabilities: np.ndarray, tmp_path: Path
) -> None:
    tiny = replace(ranking, score=np.linspace(1e-9, 4e-8, 40))
    (tmp_path / "suspects.csv").write_text(suspects_list(subject, tiny, probabilities))
    lines = csv.DictReader((tmp_path / "suspects.csv").read_text().splitlines())
    assert len({line["confidence_label"] for line in lines}) == 40


def test_corrected_labels_change_the_decided_rows_alone(subject: Subject, ranking: Ranking, tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text(labels_list(subject, corrected(subject, ranking)))
    lines = list(csv.DictReader((tmp_path / "labels.csv").read_text().splitlines()))
    assert [line["index"] for line in lines] == list(subject.names)
    assert [line["split"] for line in lines] == ["train"] * 30 + ["test"] * 10
    given = [subject.class_names[label] for label in subject.labels.tolist()]
    assert [row for row in range(40) if lines[row]["label"] != given[row]] == [5, 9]
    assert lines[5]["label"] == "cat"


def test_the_class_page_has_a_column_for_each_loss(
    subject: Subject, ranking: Ranking, probabilities: np.ndarray, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    numbers = class_numbers(subject, ranking, probabilities)
    assert numbers["accuracy"] == pytest.approx([1, 12 / 13, 1], abs=1e-6)  # row 31 is a dog whose label is kept
    classes = list(subject.class_names)
    for name, loss, setting in (("a", "ce", "same"), ("b", "gce", "other"), ("c", "sl", "same")):
        (tmp_path / name).mkdir()
        own = Audited(setting=setting, loss=loss, classes=classes, **numbers)
        write_classes(tmp_path / name, own)
    text = (tmp_path / "c" / "classes.md").read_text()
    assert "| class | ce | sl |" in text
    assert "| dog, big | 92.3 (0.83) | 92.3 (0.83) |" in text
    write_classes(tmp_path / "c", own.model_copy(update={"loss": "ce"}))  # another audit by CE is not a second column
    assert "| class | ce |\n" in (tmp_path / "c" / "classes.md").read_text()
    assert "Run the same audit with another loss" in (tmp_path / "b" / "classes.md").read_text()
    file, whole = tmp_path / "a" / "classes.json", own.model_dump()
    damaged = ({"accuracy": [0.5]}, {"confidence": [0.5] * 4}, {"accuracy": ["high"] * 3}, {"loss": None})
    for content in ("{", "[]", *(json.dumps(whole | change) for change in damaged)):
        file.write_text(content)  # it costs the other audit a column, not its page
        write_classes(tmp_path / "c", own)
        assert "| class | sl |" in (tmp_path / "c" / "classes.md").read_text()
        said = capsys.readouterr().err
        assert said.startswith(f"sl: {file}: left out, it must be written by an audit (")
        assert said.count("\n") == 1
    file.write_text(json.dumps(whole | {"loss": "ce", "classes": ["a"], "accuracy": [1.0], "confidence": [1.0]}))
    write_classes(tmp_path / "c", own)  # whole, but of other classes
    assert "| class | sl |" in (tmp_path / "c" / "classes.md").read_text()


def test_classes_that_the_losses_differ_on_come_first() -> None:
    """Where they differ alike, the class that is lowest under any loss comes first."""
    shared = {"classes": ["a", "b", "c", "d"], "setting": "s", "confidence": [0.5] * 4}
    ce = Audited(**shared, loss="ce", accuracy=[0.9, 0.5, None, 0.4])
    text = page([ce, Audited(**shared, loss="sl", accuracy=[0.9, 0.8, 1, 0.4])])
    names = [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")][2:]
    assert names == ["b", "d", "a", "c"]
