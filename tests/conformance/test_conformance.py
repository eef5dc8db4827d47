"""The conformance kit: its formulas against the losses, its file against both, its verdicts on known mistakes."""

import json
import math
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


@pytest.mark.parametrize("name", sorted(LOSSES.keys() - {"elr"}))
def test_gradients_are_the_slopes_of_the_formulas(name: str) -> None:
    """By central differences; not ELR's, whose target is held fixed in its gradient and moves with p in the formula."""
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
    return check(Implementation(name, getattr(mistakes, name), parameters), LOSSES)


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
        ("WithoutSoftmax", "MISTAKE: softmax missing inside RCE: logits clipped to [1e-7, 1] taken"),
        ("WithoutAnySoftmax", "MISTAKE: softmax missing inside RCE ("),
        ("logits_as_logarithms", "MISTAKE: softmax missing: logits taken for log-probabilities ("),
        ("logarithm_to_base_10", "MISTAKE: logarithm to base 10 ("),
        ("WithoutClamp", "in SL or RCE: the clamp of log 0 is missing (inf instead of "),
        ("BaseTen", "MISTAKE: A = -4, the base-10 logarithm, unless it is meant: then give log_zero=-4 ("),
        ("OverClasses", "MISTAKE: the mean is taken over examples and classes"),
        ("Unstable", "MISTAKE: not finite for logits of 20 to 1e4"),
        ("twice", "MISTAKE: softmax applied twice"),
        ("Other", "it is alpha CE - beta A (1 - p_y) with alpha 6, beta * (-A) 4.605"),
        ("nearly", "it is alpha CE - beta A (1 - p_y) with alpha 1.005, "),
        ("nonsense", "matches none of the formulas"),
    ],
)
def test_a_mistake_is_convicted(name: str, line: str) -> None:
    found = verdict(name)
    assert not found.conforms
    assert any(each.startswith(line) for each in found.lines), found.lines


def test_a_published_loss_is_not_convicted_as_another_with_a_mistake() -> None:
    """RCE with the base-10 logarithm of 0.01 in the place of A is MAE."""
    found = verdict("absolute", log_zero=math.log(0.01))
    assert found.conforms
    assert found.lines[0].startswith("computes mae: ")


def test_the_missing_softmax_is_convicted_with_its_numbers() -> None:
    """On logits between -3 and 3 with ten classes the loss is four times too large."""
    (line,) = (each for each in verdict("WithoutSoftmax").lines if "softmax" in each)
    batch = next(batch for batch in batches() if batch.name == "ordinary_10")
    logits, labels = torch.from_numpy(batch.logits), torch.from_numpy(batch.labels)
    wrong, right = (kind(0.1, 1.0)(logits, labels).item() for kind in (mistakes.WithoutSoftmax, mistakes.Right))
    assert f"({wrong:.4g} instead of {right:.4g} on ordinary_10)" in line
    assert wrong > 4 * right


def test_parameters_go_to_the_class_and_to_the_formulas() -> None:
    found = verdict("Right", alpha=6.0, beta=0.1)
    assert found.conforms
    assert found.lines[0].startswith("computes sl (alpha 6, beta 0.1, ")


def test_a_zero_of_the_logarithm_that_is_meant_is_no_mistake() -> None:
    found = verdict("BaseTen", log_zero=-4.0)
    assert found.conforms
    assert found.lines[0].startswith("computes sl (alpha 0.1, beta 1, log_zero -4)")


def test_a_class_that_takes_any_name_gets_all_parameters() -> None:
    found = verdict("AnyName", alpha=0.5)
    assert found.conforms
    assert found.lines[0].startswith("computes sl (alpha 0.5, beta 1, ")


def test_parameters_that_only_the_formulas_use_are_named() -> None:
    """`Other` computes SL with alpha 6, whatever is asked for."""
    found = verdict("Other", alpha=0.1, beta=1.0)
    assert not found.conforms
    assert found.lines[-1] == "Other does not take alpha 0.1, beta 1: only the formulas use them"
    assert not any("does not take" in line for line in verdict("Right", alpha=0.1).lines)


@pytest.mark.parametrize(("name", "alpha", "minus_a"), [("keras_cross_entropy", 1.0, 0.0), ("AsInKeras", 0.1, 9.21034)])
def test_a_clip_of_small_probabilities_is_a_difference_and_no_mistake(name: str, alpha: float, minus_a: float) -> None:
    """A wrong one of ten classes has logit 20: p_y is 1 / (e^20 + 9), below 1e-7, and 1 - p_y is 1."""
    found = verdict(name)
    assert found.conforms
    clipped, plain = (alpha * ce + minus_a for ce in (math.log(1e7), math.log(math.exp(20) + 9)))
    numbers = f"({clipped:.4g} instead of {plain:.4g} on wrong_10)"
    assert f"difference: p clipped at 1e-7 inside CE, as in Keras {numbers}" in found.lines


def test_another_clip_is_a_difference_too_and_a_smaller_one_is_none() -> None:
    """Below 1e-12 no logit of 20 comes; a clip inside RCE alone, as in `Right`, cannot be seen."""
    found = verdict("keras_cross_entropy", least=1e-8)
    assert found.conforms
    assert "difference: other values where p_y is 2e-9 (18.42 instead of 20 on wrong_10)" in found.lines
    for same in (verdict("keras_cross_entropy", least=1e-12), verdict("Right")):
        assert not any(line.startswith("difference") for line in same.lines)


def test_an_implementation_may_write_to_what_it_is_given() -> None:
    assert verdict("in_place").lines[0].startswith("computes ce: ")


def test_a_formula_without_values_is_left_out_and_alone_is_refused() -> None:
    """Of two classes symmetric noise of rate 0.5 has no inverse."""
    assert verdict("Right", rate=0.5).conforms
    target = Implementation("Right", mistakes.Right, {"rate": 0.5})
    with pytest.raises(UserError, match=r"^the formula of backward has no value with rate 0.5$"):
        check(target, ["backward"])


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ("builtins:max", "builtins:max: it cannot be called with (logits, labels); numpy: ValueError: "),
        ("torch:dot", "torch:dot: it cannot be called with (logits, labels); numpy: TypeError: "),
        (":Name", ":Name: must be package.module:Name of a class or function"),
        (".x:Name", ".x:Name: must be package.module:Name of a class or function"),
        ("unfinished:Loss", "unfinished:Loss: SyntaxError: '(' was never closed (unfinished.py, line 1)"),
        ("ending:Loss", "ending:Loss: SystemExit: 0"),
        (
            "conformance_mistakes:Refusing",
            "conformance_mistakes:Refusing: it cannot be built from {}; ValueError: not to be built",
        ),
        ("conformance_mistakes:three_values", "conformance_mistakes:three_values: it cannot be called with"),
        (
            "conformance_mistakes:no_value",
            "conformance_mistakes:no_value: it cannot be called with (logits, labels); nu",
        ),
        ("torch.nn:CrossEntropyLoss typo=3", "typo=3: must be a parameter of torch.nn:CrossEntropyLoss or of a form"),
        ("torch.nn:CrossEntropyLoss q=0.3 loss=ce", "q=0.3: must be a parameter of torch.nn:CrossEntropyLoss or of "),
        ("torch.nn:CrossEntropyLoss arrays=jax", "arrays=jax: must be one of numpy, torch"),
        ("conformance_mistakes:Right num_classes=10", "num_classes=10: must not be given: the check sets it"),
    ],
)
def test_a_mistake_of_the_user_is_one_line_and_no_verdict(
    arguments: str, line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "argv", ["sl.conformance", *arguments.split()])
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.chdir(tmp_path)
    (tmp_path / "unfinished.py").write_text("Loss = (\n")
    (tmp_path / "ending.py").write_text("raise SystemExit(0)\n")
    with pytest.raises(SystemExit) as stop:
        run_script(main)
    assert stop.value.code == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert said.err.startswith(f"sl: error: {line}")


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["torch.nn:CrossEntropyLoss"], 0),
        (["conformance_mistakes:generalized", "arrays=numpy"], 0),
        (["conformance_mistakes:WithoutSoftmax", "loss=sl"], 1),
    ],
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
        ("nowhere.at_all:Loss", "nowhere.at_all:Loss: ModuleNotFoundError: No module named 'nowhere'"),
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
        check(Implementation("broken", broken, {}), LOSSES)
