"""What an audit says it found, against the numbers that it was made of."""

import json
import shlex
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("cleanlab", reason="cleanlab is not installed: pip install -e '.[audit]'")

from sl.audit.estimate import Interval, NoiseEstimate
from sl.audit.figure import _figure, draw_noise
from sl.audit.measured_error import MeasuredError
from sl.audit.rank import Ranking
from sl.audit.summary import closing, findings, training_command
from sl.audit.trust import Trust
from sl.config.compose import compose_run, hydra_ready
from sl.config.overrides import override
from sl.errors import UserError
from sl.figures.style import STYLE
from sl.noise.matrix_file import read_matrix

NAMES = ("ant", "bee", "cat")
JOINT = np.array([[0.5, 0.05, 0.004], [0.2, 0.246, 0.0], [0.0, 0.0, 0.0]])  # label down, true class across
BY_LABEL = (Interval(0.1, 0.08, 0.15), Interval(0.45, 0.4, 0.6), Interval(0, 0, 0))
ESTIMATE = NoiseEstimate(JOINT, Interval(0.25, 0.2, 0.3125), BY_LABEL, np.zeros(100), 0.25)


def ranked(changed: list[int]) -> Ranking:
    """Three labels, of which these are changed."""
    nothing = np.zeros(3, dtype=np.int64)
    return Ranking(nothing, np.zeros(3), nothing, np.array([0.95, 0.85, 0.1]), np.isin(np.arange(3), changed))


def test_the_pairs_confused_most_come_first() -> None:
    """Of 100 images 20 and 5; 0.4 of one is none."""
    assert ESTIMATE.pairs() == [(1, 0, pytest.approx(20)), (0, 1, pytest.approx(5))]
    (first, _) = ESTIMATE.as_json(NAMES)["pairs"]
    assert first == {"label": "bee", "true": "ant", "images": 20.0}


def test_the_file_of_the_noise_has_a_row_for_each_true_class(tmp_path: Path) -> None:
    """As `noise=matrix` and `loss.transition` read it: of the ants 0.5 / 0.7 are labelled ant and 0.2 / 0.7 bee."""
    content = ESTIMATE.as_json(NAMES)
    (tmp_path / "noise.json").write_text(json.dumps(content))
    read = read_matrix(tmp_path / "noise.json", "path").for_classes(NAMES, "path", "folder")
    expected = [[5 / 7, 2 / 7, 0], [0.05 / 0.296, 0.246 / 0.296, 0], [1, 0, 0]]
    np.testing.assert_allclose(read.numpy(), expected)
    assert content["by_label"]["ant"] == {"value": 0.1, "low": 0.08, "high": 0.15}


def test_the_file_of_the_noise_takes_a_name_for_each_class() -> None:
    with pytest.raises(UserError, match=r"class_names=2: must be 3, one for each class"):
        ESTIMATE.as_json(NAMES[:2])


def test_the_figure_shows_the_estimate() -> None:
    figure = _figure(ESTIMATE, NAMES, "Mine, SL")
    bars, matrix = figure.axes
    assert "25.0 % of 100 labels [20.0, 31.2]" in figure.get_suptitle()
    assert bars.get_xlabel() == "% of the class's labels, with 95 % interval (too narrow)"
    assert np.allclose(np.asarray(matrix.images[0].get_array()), ESTIMATE.transition)
    assert (matrix.get_xlabel(), matrix.get_ylabel()) == ("label given", "true class")
    shown = zip(bars.get_yticklabels(), bars.get_yticks(), bars.patches, strict=True)
    top_down = sorted(shown, key=lambda row: -row[1])
    assert [(name.get_text(), bar.get_width()) for name, _, bar in top_down] == [
        ("bee", pytest.approx(45)), ("ant", pytest.approx(10)), ("cat", 0)
    ]  # fmt: skip
    (whiskers,) = (line.get_segments() for line in bars.containers[0].lines[2])
    assert [segment[:, 0].tolist() for segment in whiskers[:2]] == [pytest.approx([40, 60]), pytest.approx([8, 15])]


def test_characters_of_class_names_without_a_font_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(STYLE, "font.family", "DejaVu Sans")
    draw_noise(ESTIMATE, ("猫", "犬", "cat"), "Mine, SL", tmp_path / "noise")
    said = capsys.readouterr().err
    assert said.startswith("sl: figures: no installed font has the characters ")
    assert {"猫", "犬"} <= set(said)


def test_what_is_expected_of_the_changes_is_said() -> None:
    nothing = np.zeros(3, dtype=np.int64)
    ranking = Ranking(nothing, np.zeros(3), nothing, np.array([1.0, 0.8, 0.1]), np.array([True, True, False]))
    told = (ranking, ESTIMATE, Trust(np.ones(3, dtype=bool), (), (), None, 0.75), 0.85)
    found = (
        "Of 100 labels an estimated 25.0 % are wrong (bootstrap interval 20.0 to 31.2 %, too narrow: docs/audit.md)."
    )
    measured = (
        "In 7 such audits with known wrong labels (8 to 40 %) the true share was 0.5 to 5 times the estimate: here "
    )
    measured += "it would be"
    changed = "2 are changed in labels.csv; 90 % of these are expected to be wrong (asked: 85 %)."
    assert findings(*told, None) == [found, changed]
    assert findings(*told, MeasuredError(7, 0.5, 5)) == [found, f"{measured} 12.5 to 100.0 %.", changed]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ([], "None is changed."),
        ([0], "1 is changed in labels.csv; it is wrong with a probability of 95 % (asked: 85 %)."),
        ([0, 1], "2 are changed in labels.csv; 90 % of these are expected to be wrong (asked: 85 %)."),
    ],
)
def test_what_is_changed_is_counted_in_words_that_fit(changed: list[int], said: str) -> None:
    ranking = ranked(changed)
    assert findings(ranking, ESTIMATE, Trust(np.ones(3, dtype=bool), (), (), None, 0.75), 0.85, None)[-1] == said
    for own in (["dataset=folder", "data_dir=my_pictures"], ["dataset=digits"]):
        lines = closing(compose_run(own, "audit"), [said], Path("out"), (3, 2), ranking, None)
        assert ("labels.csv     the 3 labels, as given" in lines) is (not changed)
        assert ("the audit's changes applied" in lines) is bool(changed)
        assert ("sl train " in lines) is (bool(changed) and own[0] == "dataset=folder")


@pytest.mark.parametrize("out", ["results/audit/pictures", "my audits/of 2026, (b)", "it's"])
def test_the_command_can_be_pasted_whatever_the_folder_is_called(out: str) -> None:
    """It trains what was audited; options of an audit and the former labels and name are left out."""
    typed = [
        "dataset=folder",
        "data_dir='Meine Bilder (2)'",
        "++folds=2",
        "sheet=3",
        "recipe.epochs=7",
        "dataset.labels=a.csv",
    ]
    audited = compose_run([*typed, override("out", out)], "audit")
    sl, train, *pasted = shlex.split(training_command(audited, Path(out, "labels.csv")))
    assert (sl, train) == ("sl", "train")
    config = compose_run(pasted)
    assert (config.dataset["labels"], config.dataset["name"]) == (f"{out}/labels.csv", "Meine_Bilder_2__corrected")
    assert (config.dataset["data_dir"], config.recipe.epochs, len(pasted)) == ("Meine Bilder (2)", 7, 5)
    named = compose_run([*typed, "dataset.name=bees", "dataset.test_share=0.3", "dataset.split_seed=4"], "audit")
    assert "test_share" not in (command := training_command(named, Path("labels.csv")))
    assert "split_seed" not in command  # the list says which pictures are tested
    assert command.endswith("dataset.labels=labels.csv dataset.name=bees_corrected")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ([], "on a CPU add scale.width_share=0.25 scale.batch_share=0.25: as small a network"),
        (["scale.width_share=0.5"], "on a CPU add scale.batch_share=0.25: as small a network"),
        (["scale.width_share=1", "scale.batch_share=1"], None),
    ],
)
def test_the_command_that_trains_more_than_the_audit_says_so(typed: list[str], said: str | None) -> None:
    own = compose_run(["dataset=folder", "data_dir=my_pictures", *typed], "audit")
    lines = closing(own, [], Path("out"), (3, 2), ranked([0]), None)
    assert ("on a CPU add " in lines) is (said is not None)
    assert said is None or said in lines


@pytest.mark.parametrize(("unlearnt", "agreement"), [(("bee",), None), ((), 0.5)])
def test_nothing_is_advised_where_too_little_is_learnt(unlearnt: tuple[str, ...], agreement: float | None) -> None:
    assert Trust(np.ones(3, dtype=bool), (), unlearnt, agreement, expected=0.8).unusable
    assert not Trust(np.ones(3, dtype=bool), ("ant",), (), 0.8, expected=0.8).unusable
    said = closing(compose_run([], "audit"), [], Path("out"), (3, 2), ranked([]), None)
    assert "begin with" not in said
    assert said.splitlines()[-1].startswith(
        "no alpha and beta are advised, because the network has learnt too little: "
    )


def test_the_command_finds_files_of_ones_own(tmp_path: Path) -> None:
    with hydra_ready(tmp_path):
        command = training_command(compose_run(["dataset=folder", "data_dir=my_pictures"], "audit"), Path("labels.csv"))
    assert command.startswith(f"sl train --config-dir {tmp_path} dataset=folder ")
