"""Names and worst classes of runs, against values worked out by hand."""

from typing import Any

import pytest
import synthetic
from told_run import make_header, make_line

from sl.record import Run
from sl.tracker.run_name import data_and_noise, method_name, short_name


@pytest.mark.parametrize(
    ("choice", "noise", "name"),
    [
        ("none", {}, "insects-clean-sl-s0"),
        ("symmetric", {"rate": 0.0}, "insects-clean-sl-s0"),
        ("symmetric", {"rate": 0.4, "exact": True}, "insects-sym0.4-sl-s0"),
        ("symmetric", {"rate": 0.4, "exact": False}, "insects-sym0.4-drawn-per-example-sl-s0"),
        ("asymmetric", {"rate": 0.35, "variant": "cyclic"}, "insects-asym0.35-cyclic-sl-s0"),
        ("human", {"name": "worst"}, "insects-human-worst-sl-s0"),
        ("instance", {"rate": 0.4, "std": 0.1, "by": "taylor"}, "insects-instance0.4-std0.1-by-taylor-sl-s0"),
        ("matrix", {"file": "0123456789abcdef"}, "insects-matrix-01234567-sl-s0"),
    ],
)
def test_short_names(choice: str, noise: dict[str, Any], name: str) -> None:
    config = make_header().config.plain()
    changed = {
        **config,
        "noise": {"_target_": f"sl.noise.{choice.title()}", **noise},
        "names": {**config["names"], "noise": choice},
    }
    assert short_name(Run(make_header(config=changed))) == name


@pytest.mark.parametrize(
    ("accuracy", "worst"),
    [([0.3, 0.2, 0.9], ("bee", 0.2)), ([0.2, 0.2, 0.9], ("ant", 0.2)), ([0.3, None, 0.9], ("ant", 0.3))],
)
def test_worst_class_is_the_first_with_the_lowest_accuracy(
    accuracy: list[float | None], worst: tuple[str, float]
) -> None:
    lines = (make_line(1), make_line(2, class_accuracy=accuracy))
    assert Run(make_header(), lines).worst_class() == worst


def varied(loss: dict[str, Any], **names: str) -> Any:
    """SL on CIFAR-10 by the authors' recipe, but for these parameters and names."""
    config = make_header().config.plain()
    sl = {"_target_": "sl.losses.SymmetricCrossEntropy", "alpha": 0.1, "beta": 1.0, "log_zero": -9.2103}
    names = {**config["names"], "dataset": "cifar10", "recipe": "authors_code", **names}
    recipe = synthetic.recipe_values("cifar10", "authors_code")
    return Run(make_header(config={**config, "loss": {**sl, **loss}, "recipe": recipe, "names": names}))


def test_names_say_what_is_not_as_the_recipe_states() -> None:
    assert short_name(varied({})) == "cifar10-sym0.4-sl-s0"
    assert short_name(varied({"alpha": 0.01, "log_zero": -4})) == "cifar10-sym0.4-sl-alpha0.01-log_zero-4-s0"


def test_names_say_which_option_of_the_recipe_is_on_that_is_off_otherwise() -> None:
    """configs/ state no value of `head_lr_factor`; a null in a record is none either."""
    config = varied({}).config.plain()
    names = []
    for factor in (None, 10):
        config["recipe"] = {**config["recipe"], "head_lr_factor": factor}
        names.append(short_name(Run(make_header(config=config))))
    assert names == ["cifar10-sym0.4-sl-s0", "cifar10-sym0.4-sl-head_lr_factor10-s0"]


@pytest.mark.parametrize(("held_out", "word"), [({"holdout": 0.1}, "holdout0.1"), ({"fold": "2/4"}, "fold2-4")])
def test_names_say_what_is_held_out(held_out: dict[str, Any], word: str) -> None:
    config = make_header().config.plain()
    run = Run(make_header(config={**config, **held_out}))
    assert f"-{word}-" in short_name(run)
    assert f"-{word}-" not in short_name(Run(make_header()))


def test_names_say_what_changed_in_a_part_of_the_loss() -> None:
    part = {"_target_": "sl.losses.SymmetricCrossEntropy", "alpha": 0.5, "beta": 1.0, "log_zero": -9.2103}
    loss = {"_target_": "sl.losses.LabelSmoothing", "epsilon": 0.1, "term": part}
    config = varied({}).config.plain() | {"loss": loss}
    config["names"] = {**config["names"], "loss": "lsr_sl"}
    assert short_name(Run(make_header(config=config))) == "cifar10-sym0.4-lsr_sl-alpha0.5-s0"


def test_names_in_a_sweep_say_what_it_varies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SL_VARIED", "seed noise.rate loss loss.alpha loss.beta recipe.lr model runtime.threads")
    grid = [(alpha, beta) for alpha in (0.01, 0.1) for beta in (0.5, 1.0)]
    names = [short_name(varied({"alpha": alpha, "beta": beta}, model="cnn8")) for alpha, beta in grid]
    assert names == [f"cifar10-sym0.4-sl-alpha{alpha:g}-beta{beta:g}-lr0.01-cnn8-s0" for alpha, beta in grid]
    assert method_name(varied({"alpha": 0.5})).startswith("sl-alpha0.5-beta1-")  # one for all seeds
    assert data_and_noise(varied({"alpha": 0.5})) == "cifar10-sym0.4"
