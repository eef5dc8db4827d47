"""A data set, a noise, a network and a loss of another package, each one class and one file: trained, tabulated, drawn
and reported under their own titles.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
import toy_parts
from matplotlib.colors import to_hex

from sl.comparison import run_groups
from sl.config.compose import compose_run
from sl.figures.catalogue import FIGURES
from sl.figures.style import save_figure
from sl.record import load_all
from sl.record import shown as shown_module
from sl.record.run import Run
from sl.record.shown import presentations
from sl.report.write import write
from sl.reproduce.plan import plan_runs
from sl.tables import Literature, write_all
from sl.train.described import describe_run
from sl.train.prepared import prepare
from sl.train.run import train

ROOT = Path(__file__).parents[1]
FILES = {
    "dataset/stripes": "_target_: toy_parts.Stripes\nclasses: 4\nshown: {title: Striped rows, order: 15}",
    "noise/next_class": "_target_: toy_parts.NextClass\nstrength: 0.3\nshown: {title: to the next class, order: 25}",
    "model/one_layer": "_target_: toy_parts.OneLayer\nshown: {title: a single layer}",
    "loss/brier": """
        _target_: toy_parts.BrierScore
        sharpness: 2.0
        shown:
          title: Brier
          order: 15
          colour: "#ab12cd"
          symbols: {sharpness: ς}
        """,
}
SHORT = ["recipe.epochs=3", "runtime.threads=1", "runtime.precision=float32", "runtime.device=cpu"]
SHORT += ["allow_targets=[toy_parts]"]
TOYS = ["dataset=stripes", "noise=next_class", "model=one_layer", "recipe.decay_on=none"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the files of the parts of `toy_parts` lie, and the records of CE and of its loss under two strengths."""
    folder = tmp_path_factory.mktemp("outside")
    for name, text in FILES.items():
        path = folder / "configs" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
    command = [sys.executable, str(ROOT / "scripts" / "train.py"), "--config-dir", str(folder / "configs"), "-m"]
    path = os.pathsep.join([str(Path(__file__).parent), str(ROOT)])
    folders = [f"{name}_dir={folder / name}" for name in ("runs", "checkpoints")]
    choices = ["loss=ce,brier", "noise.strength=0.2,0.3", *TOYS]
    environment = {**os.environ, "PYTHONPATH": path}
    subprocess.run([*command, *choices, *SHORT, *folders], check=True, cwd=folder, env=environment)
    return folder


@pytest.fixture
def runs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """The records, read by a process that has read no others."""
    monkeypatch.setattr(shown_module, "_of_records", {})
    return load_all(folder / "runs")


def test_its_record_says_how_each_is_shown_outside_the_configuration(runs: list[Run]) -> None:
    run = next(run for run in runs if run.name("loss") == "brier")
    assert run.config.loss == {"_target_": "toy_parts.BrierScore", "sharpness": 2.0}
    assert run.config.model == {"_target_": "toy_parts.OneLayer"}
    titles = {choice: presentation.title for choice, presentation in run.header.shown.items()}
    assert titles == {
        "dataset": "Striped rows", "noise": "to the next class", "model": "a single layer", "loss": "Brier",
    }  # fmt: skip
    assert run.complete


def test_they_are_tabulated(runs: list[Run], tmp_path: Path) -> None:
    list(write_all(runs, Literature(), tmp_path))
    page = (tmp_path / "stripes_paper.md").read_text()
    lines = page.splitlines()
    rows = [line.split("|")[1].strip() for line in lines if line.startswith("| ")]
    assert rows.index("CE") < rows.index("Brier (ς 2)")
    assert lines[0] == "# Striped rows, scale paper: test accuracy (%)"
    assert "| to the next class (strength 0.2) | to the next class (strength 0.3) |" in page
    assert "network a single layer" in page


def test_noise_that_differs_in_an_option_of_its_own_is_not_the_same_noise(runs: list[Run]) -> None:
    (group,) = run_groups(runs)
    assert [noise.title for noise in group.noises] == [f"to the next class (strength {x})" for x in (0.2, 0.3)]
    assert [run.realised_rate for noise in group.noises for run in group.series("brier", noise).runs] == [0.2, 0.3]


LISTED = ["noise._target_=toy_parts.Listed", "~noise.strength", "+noise.labels=ab"]
PART = ["dataset._target_=toy_parts.Part", "~dataset.classes", "+dataset.labels=ab"]


@pytest.mark.parametrize(
    ("part", "options"),
    [
        (LISTED, ["noise.labels=worst", "+noise.path=there", "+noise.storage=disk", "+noise.variant=2"]),
        (PART, ["dataset.labels=worst", "+dataset.name=3", "+dataset.download=true", "+dataset.on_error=skip"]),
        (["model.weights=mine"], ["model.weights=yours"]),
    ],
    ids=["noise", "dataset", "model"],
)
def test_every_option_of_a_part_from_elsewhere_makes_another_run(
    folder: Path, part: list[str], options: list[str]
) -> None:
    common = [*SHORT, *TOYS, f"hydra.searchpath=[file://{folder}/configs]", "+model.weights=none"]

    def identity(*more: str) -> str:
        return describe_run(compose_run([*common, *part, *more])).identity

    assert len({identity(), *map(identity, options)}) == 1 + len(options)


def test_where_its_data_lie_does_not(folder: Path, tmp_path: Path) -> None:
    """A file counts by its content, as in this project's own noise."""
    common = [*SHORT, *TOYS, f"hydra.searchpath=[file://{folder}/configs]", *LISTED]

    def identity(*more: str) -> str:
        return describe_run(compose_run([*common, *more])).identity

    assert identity("+noise.data_dir=/one") == identity("+noise.data_dir=/other") == identity()
    for name, content in (("one", "a"), ("copy", "a"), ("other", "b")):
        (tmp_path / name).write_text(content)
    one, copy, other = (identity(f"+noise.path={tmp_path / name}") for name in ("one", "copy", "other"))
    assert one == copy
    assert one != other


def test_a_plan_finds_the_record_of_a_data_set_whose_class_has_another_name_for_it(tmp_path: Path) -> None:
    class_here = ["dataset=digits", "dataset._target_=toy_parts.Stripes", "+dataset.classes=4"]
    folders = [f"{name}_dir={tmp_path}" for name in ("runs", "checkpoints")]
    (planned,) = plan_runs([("seed=1",)], [*class_here, "recipe.epochs=1", *SHORT[1:], *folders])
    assert train(compose_run(planned.overrides)) == planned.record
    assert planned.done


def test_they_are_drawn(runs: list[Run], tmp_path: Path) -> None:
    (group,) = run_groups(runs)
    drawn = []
    save_figure(lambda: drawn.append(FIGURES["memorisation"](group)) or drawn[0], tmp_path / "memorisation")
    lines = [line for axes in drawn[0].axes for line in axes.lines]
    texts = [text.get_text() for text in drawn[0].findobj(lambda artist: hasattr(artist, "get_text"))]
    assert any(to_hex(line.get_color()) == "#ab12cd" for line in lines)
    assert any("Brier" in text for text in texts)
    assert any("to the next class" in text for text in texts)
    assert any("Striped rows" in text for text in texts)


def test_they_are_reported(runs: list[Run], tmp_path: Path) -> None:
    write(runs, Literature(), tmp_path / "report", tmp_path / "figures", tmp_path / "audit")
    page = "\n".join(path.read_text() for path in (tmp_path / "report").rglob("*.html"))
    for text in ("Brier", "#ab12cd", "Striped rows", "to the next class", "a single layer"):
        assert text in page


def test_how_a_part_is_shown_does_not_change_which_run_it_is(folder: Path) -> None:
    recorded = {json.loads(path.read_text().splitlines()[0])["identity"] for path in (folder / "runs").rglob("*.jsonl")}
    chosen = [*TOYS, "loss=brier", f"hydra.searchpath=[file://{folder}/configs]"]
    shown = ["loss.shown.colour='#000000'", "loss.shown.order=1", "noise.shown.title=other", "dataset.shown.order=2"]
    assert describe_run(compose_run([*SHORT, *chosen, *shown])).identity in recorded


def test_after_its_class_was_edited_a_run_is_not_trained_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = [f"{name}_dir={folder / name}" for name in ("runs", "checkpoints")]
    chosen = [*SHORT, *TOYS, "noise.strength=0.2", "loss=brier", f"hydra.searchpath=[file://{folder}/configs]"]
    monkeypatch.setattr(toy_parts.BrierScore, "per_example", lambda *_: pytest.fail("it was trained again"))
    record = train(compose_run([*chosen, *folders]))
    said = capsys.readouterr().out
    assert said.startswith("already trained: ")
    assert str(record) in said


def test_a_class_in_the_place_of_one_here_has_its_own_name(folder: Path) -> None:
    in_place = ["dataset._target_=toy_parts.Stripes", "+dataset.classes=4", "noise._target_=toy_parts.NextClass"]
    in_place += ["+noise.strength=0.3", "model=cnn4", "model._target_=toy_parts.OneLayer", "recipe.decay_on=none"]
    in_place += ["loss=ce", "loss._target_=toy_parts.BrierScore", "~loss.p_min", "+loss.sharpness=2.0"]
    prepared = prepare(compose_run([*SHORT, *in_place]))
    names = {"dataset": "Stripes", "noise": "NextClass", "model": "OneLayer", "loss": "BrierScore"}
    assert {choice: prepared.names[choice] for choice in names} == names
    assert presentations(prepared.config.shown) == {}


def test_a_class_that_is_called_as_a_choice_here_is_not_taken_for_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would stand in the rows of ours, and beside what others published."""
    namesake = type("ce", (toy_parts.BrierScore,), {"__module__": "toy_parts"})
    monkeypatch.setattr(toy_parts, "ce", namesake, raising=False)
    in_place = ["loss=ce", "loss._target_=toy_parts.ce", "~loss.p_min", "+loss.sharpness=2.0"]
    assert describe_run(compose_run([*SHORT, "dataset=digits", *in_place])).names["loss"] == "toy_parts.ce"
