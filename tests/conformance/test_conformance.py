"""The conformance kit: its formulas against the losses, its file against both, its verdicts on known mistakes."""

import json
import sys
from pathlib import Path

import conformance_mistakes as mistakes
import conformance_table as table
import numpy as np
import pytest
import torch

from sl.command_line import run_script
from sl.commands.conformance import main
from sl.conformance import formulas
from sl.conformance.batches import Batch, batches
from sl.conformance.catalogue import LOSSES
from sl.conformance.implementation import Implementation, load
from sl.conformance.verdict import Finding, check
from sl.errors import UserError

CONFIGS = Path(__file__).parents[2] / "configs" / "loss"
every_loss = pytest.mark.parametrize("name", LOSSES)


def formula(name: str, batch: Batch, logits: np.ndarray | None = None) -> np.ndarray:
    log_p = formulas.log_softmax(batch.logits if logits is None else logits)
    return LOSSES[name].formula(log_p, batch.labels, LOSSES[name].parameters)


def test_the_kit_has_every_loss() -> None:
    """d2l_sl is sl before its turning point, and d2l after it."""
    assert set(LOSSES) == {path.stem for path in CONFIGS.glob("*.yaml")} - {"d2l_sl"}


@every_loss
def test_formulas_are_those_of_the_losses(name: str) -> None:
    for batch in batches():
        values, gradient = table.value_and_gradient(name, batch)
        rtol = 1e-6 if name == "elr" else 1e-12  # its targets are kept in float32
        np.testing.assert_allclose(values.numpy(), formula(name, batch), rtol, atol=1e-12)
        assert gradient.isfinite().all()


@every_loss
def test_gradients_are_the_slopes_of_the_formulas(name: str) -> None:
    """By central differences; ELR's target is held fixed in its gradient and moves with p in the formula."""
    if name == "elr":
        return
    batch = next(batch for batch in batches() if batch.name == "ordinary_10")
    gradient, step = table.value_and_gradient(name, batch)[1].numpy(), 1e-5
    for place in np.ndindex(*batch.logits.shape):
        change = np.zeros_like(batch.logits)
        change[place] = step
        rise = formula(name, batch, batch.logits + change).sum() - formula(name, batch, batch.logits - change).sum()
        assert rise / (2 * step) == pytest.approx(gradient[place], rel=1e-5, abs=1e-7)


def test_the_file_is_what_the_losses_give() -> None:
    """python tests/conformance/conformance_table.py makes it anew."""
    stored, made = json.loads(table.FILE.read_text(encoding="utf-8")), table.content()
    assert table.FILE.stat().st_size < 1_500_000
    assert {key: stored[key] for key in ("about", "losses")} == {key: made[key] for key in ("about", "losses")}
    for name, batch in made["batches"].items():
        np.testing.assert_allclose(stored["batches"][name]["logits"], batch["logits"], rtol=1e-12)
        assert stored["batches"][name]["labels"] == batch["labels"]
    for ours, theirs in zip(stored["cases"], made["cases"], strict=True):
        assert (ours["loss"], ours["batch"]) == (theirs["loss"], theirs["batch"])
        for what in ("values", "gradient"):
            np.testing.assert_allclose(ours[what], theirs[what], rtol=1e-6, atol=1e-9)


def verdict(name: str, **parameters: float) -> Finding:
    return check(Implementation(getattr(mistakes, name), parameters), LOSSES, parameters)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("Right", "mean over examples"),
        ("Summed", "sum over examples"),
        ("generalized", "one value for each example"),
    ],
)
def test_a_right_one_conforms(name: str, line: str) -> None:
    found = verdict(name)
    assert found.conforms
    assert line in found.lines
    assert found.lines[0].startswith("computes gce (q 0.7)" if name == "generalized" else "computes sl (alpha 0.1")


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("WithoutSoftmax", "MISTAKE: softmax missing inside RCE"),
        ("WithoutClamp", "in SL or RCE: the clamp of log 0 is missing (inf for "),
        ("BaseTen", "MISTAKE: A = -4, the base-10 logarithm"),
        ("OverClasses", "MISTAKE: the mean is taken over examples and classes"),
        ("Unstable", "MISTAKE: not finite for logits of 50 to 1e4"),
        ("twice", "MISTAKE: softmax applied twice"),
        ("Other", "it is alpha CE - beta A (1 - p_y) with alpha 6, beta * (-A) 4.605"),
        ("nonsense", "matches none of the formulas"),
    ],
)
def test_a_mistake_is_convicted(name: str, line: str) -> None:
    found = verdict(name)
    assert not found.conforms
    assert any(each.startswith(line) for each in found.lines), found.lines


def test_the_missing_softmax_is_convicted_with_its_numbers() -> None:
    """On logits between -3 and 3 with ten classes the loss is four times too large."""
    (line,) = (each for each in verdict("WithoutSoftmax").lines if "softmax" in each)
    batch = next(batch for batch in batches() if batch.name == "ordinary_10")
    logits, labels = torch.from_numpy(batch.logits), torch.from_numpy(batch.labels)
    wrong, right = (kind(0.1, 1.0)(logits, labels).item() for kind in (mistakes.WithoutSoftmax, mistakes.Right))
    assert f"({wrong:.4g} for {right:.4g} on ordinary_10)" in line
    assert wrong > 4 * right


def test_parameters_go_to_the_class_and_to_the_formulas() -> None:
    found = verdict("Right", alpha=6.0, beta=0.1)
    assert found.conforms
    assert found.lines[0].startswith("computes sl (alpha 6, beta 0.1, ")


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(["torch.nn:CrossEntropyLoss"], 0), (["conformance_mistakes:WithoutSoftmax", "loss=sl"], 1)],
)
def test_the_command(
    arguments: list[str], status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["sl.conformance", *arguments])
    monkeypatch.setattr(sys, "path", [*sys.path])
    with pytest.raises(SystemExit) as stop:
        run_script(main)
    assert stop.value.code == status
    said = capsys.readouterr().out
    assert said.startswith(f"{arguments[0]}: {'conforms' if status == 0 else 'does NOT conform'}\n  computes ")


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("torch.nn", r"torch.nn: must be package.module:Name"),
        ("nowhere.at_all:Loss", "nowhere.at_all:Loss: No module named 'nowhere'"),
        ("torch.nn:NoSuchLoss", "torch.nn:NoSuchLoss: must be package.module:Name of a class or function"),
    ],
)
def test_a_target_that_is_not_there(place: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        load(place)


def test_what_cannot_be_called_is_said_in_one_line() -> None:
    def broken(logits: object, labels: object) -> object:
        raise ValueError("not\nlike this")

    with pytest.raises(
        UserError, match=r"it cannot be called with \(logits, labels\); numpy: ValueError: not like this"
    ):
        check(Implementation(broken, {}), LOSSES, {})
