"""A loss from another package, one class and one file: trained, tabulated, drawn and reported under its own title."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from matplotlib.colors import to_hex

from sl.claims import Literature
from sl.config.compose import compose_run
from sl.config.shown import shown_of_run
from sl.figures.build import FIGURES
from sl.figures.style import draw_styled
from sl.record import load_all, run_groups
from sl.record import shown as shown_module
from sl.record.run import Run
from sl.report import write
from sl.tables import write_all
from sl.train.job import describe_run, prepare

ROOT = Path(__file__).parents[1]
CLASS = '''"""A package that knows sl, and that sl does not know."""

from torch import Tensor

from sl.losses import Loss


class BrierScore(Loss):
    """sharpness * sum_k (p_k - q_k)^2."""

    def __init__(self, sharpness: float, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self.sharpness = sharpness

    def per_example(self, logits: Tensor, labels: Tensor) -> Tensor:
        p = logits.softmax(dim=1)
        return self.sharpness * (p.square().sum(dim=1) - 2 * p.gather(1, labels[:, None]).squeeze(1) + 1)
'''
CONFIG = """_target_: toy_losses.BrierScore
sharpness: 2.0
shown:
  title: Brier
  order: 15
  colour: "#ab12cd"
  symbols: {sharpness: ς}
"""
SHORT = ["dataset=digits", "noise=symmetric", "recipe.epochs=3", "scale.train_share=0.2", "runtime.threads=1"]
SHORT += ["runtime.precision=float32", "runtime.device=cpu", "allow_targets=[toy_losses]"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the package and the file of its loss lie, and the records of CE and of that loss."""
    folder = tmp_path_factory.mktemp("outside")
    (folder / "configs" / "loss").mkdir(parents=True)
    (folder / "configs" / "loss" / "brier.yaml").write_text(CONFIG)
    (folder / "toy_losses.py").write_text(CLASS)
    command = [sys.executable, str(ROOT / "scripts" / "train.py"), "--config-dir", str(folder / "configs"), "-m"]
    path = os.pathsep.join([str(folder), str(ROOT)])
    folders = [f"{name}_dir={folder / name}" for name in ("runs", "checkpoints")]
    subprocess.run(
        [*command, "loss=ce,brier", *SHORT, *folders], check=True, cwd=folder, env={**os.environ, "PYTHONPATH": path}
    )
    return folder


@pytest.fixture
def runs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """The records, read by a process that has read no others."""
    monkeypatch.setattr(shown_module, "_of_records", {})
    return load_all(folder / "runs")


def test_its_record_says_how_it_is_shown_outside_the_configuration(runs: list[Run]) -> None:
    run = next(run for run in runs if run.name("loss") == "brier")
    assert run.config["loss"] == {"_target_": "toy_losses.BrierScore", "sharpness": 2.0}
    assert run.header.shown["loss"].title == "Brier"
    assert run.complete


def test_it_is_tabulated(runs: list[Run], tmp_path: Path) -> None:
    list(write_all(runs, [], tmp_path))
    pages = "\n".join(path.read_text() for path in tmp_path.rglob("*.md"))
    rows = [line.split("|")[1].strip() for line in pages.splitlines() if line.startswith("| ")]
    assert "Brier (ς 2)" in rows
    assert rows.index("CE") < rows.index("Brier (ς 2)")


def test_it_is_drawn_in_its_colour(runs: list[Run], tmp_path: Path) -> None:
    (group,) = run_groups(runs)
    drawn = []
    draw_styled(lambda: drawn.append(FIGURES["memorisation"](group)) or drawn[0], tmp_path / "memorisation")
    lines = [line for axes in drawn[0].axes for line in axes.lines]
    assert any(to_hex(line.get_color()) == "#ab12cd" for line in lines)
    assert any("Brier" in text.get_text() for axes in drawn[0].axes for text in axes.texts)


def test_it_is_reported(runs: list[Run], tmp_path: Path) -> None:
    write(runs, Literature([], []), tmp_path / "report", tmp_path / "figures")
    page = "\n".join(path.read_text() for path in (tmp_path / "report").rglob("*.html"))
    assert "Brier" in page
    assert "#ab12cd" in page


def test_its_place_and_colour_do_not_change_which_run_it_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(folder)
    recorded = {json.loads(path.read_text().splitlines()[0])["identity"] for path in (folder / "runs").rglob("*.jsonl")}
    plain = ["loss=ce", "loss._target_=toy_losses.BrierScore", "~loss.p_min", "+loss.sharpness=2.0"]
    config = compose_run([*SHORT, *plain])
    assert describe_run(config).identity in recorded


def test_a_class_in_the_place_of_a_loss_here_has_its_own_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(folder)
    plain = ["loss=ce", "loss._target_=toy_losses.BrierScore", "~loss.p_min", "+loss.sharpness=2.0"]
    job = prepare(compose_run([*SHORT, *plain]))
    assert job.result_config["names"]["loss"] == "BrierScore"
    shown = shown_of_run(job.config)
    assert "loss" not in shown
    assert shown["dataset"].title == "Digits"
