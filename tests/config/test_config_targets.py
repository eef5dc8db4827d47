"""No configuration runs code but that of the allowed classes: not on the command line, in a file, or through Hydra."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from sl.config.build import build
from sl.config.compose import compose_run
from sl.errors import UserError
from sl.losses import CrossEntropy, Loss
from sl.train.described import describe_run

Command = Callable[..., Any]  # returns an Outcome (conftest.py)

TOUCH = "_target_:pathlib.Path.touch,_args_:[{{_target_:pathlib.Path,_args_:[{file}]}}]"
SAVE = "_target_:torch.save,_args_:[1,{file}]"
# Each would leave {file} behind, or call something else, if it were run.
ATTACKS = [
    "noise=symmetric|noise.rate=[{{" + SAVE + "}}]",
    "noise=symmetric|noise.rate={{" + SAVE + "}}",
    "noise=symmetric|noise.rate=[[{{a:[{{" + SAVE + "}}]}}]]",
    "noise=symmetric|noise.rate={{" + SAVE + ",_partial_:true}}",
    "noise=symmetric|noise.rate={{" + SAVE + ",_convert_:all,_recursive_:true}}",
    "noise=symmetric|+noise.x={{" + SAVE + "}}",
    "noise=symmetric|noise.rate={{" + TOUCH + "}}",
    "noise=symmetric|probe.label={{" + SAVE + "}}|noise.rate=${{probe.label}}",
    "loss=nce_rce|loss.active._target_=torch.save|+loss.active._args_=[1,{file}]",
    "loss=forward|loss.transition=[{{" + SAVE + "}}]",
    "dataset=folder|dataset.name=[{{" + SAVE + "}}]",
    "tracker=wandb|tracker.wandb.tags=[{{" + SAVE + "}}]",
    "recipe.model=torch.save|+model._args_=[1,{file}]",
    "+hydra.callbacks.own={{" + SAVE + "}}",
    "+hydra.callbacks.own={{_target_:hydra.utils.call,_args_:[{{" + SAVE + "}}]}}",
    "+hydra.callbacks.own=${{probe.label}}|probe.label={{" + SAVE + "}}",
    "hydra.sweeper._target_=torch.save|+hydra.sweeper._args_=[1,{file}]|-m",
    "hydra.launcher._target_=torch.save|+hydra.launcher._args_=[1,{file}]|-m",
    "+hydra.job_logging.handlers.own={{class:torch.save,obj:1,f:{file}}}",
    "+hydra.job_logging.formatters.own={{'()':torch.save,obj:1,f:{file}}}",
    "hydra.job_logging.handlers.console.stream=ext://antigravity.x",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_target_anywhere_is_refused_by_name(attack: str, train: Command, tmp_path: Path) -> None:
    file = tmp_path / "written"
    line = train(*attack.format(file=file).split("|")).mistake
    assert not file.exists()
    assert "torch.save" in line or "pathlib.Path.touch" in line or "hydra.utils.call" in line or "antigravity" in line


@pytest.mark.parametrize(
    "target",
    [
        "os.system",
        "sl.losses.base.Tensor",  # a name in a module of sl.losses, not a class of it
        "sl.losses.base.nn.Linear",
        "sl.losses.Loss",  # abstract
        "sl.losses.EpochView",
        "sl.losses.check_batch",
        "sl.lossesx.Own",
        "sl.losses.",
        "sl.losses",
        "",
        "..os.system",
        "7",
        "[a]",
    ],
)
def test_only_losses_are_a_loss(target: str) -> None:
    with pytest.raises(UserError, match=r"^loss\._target_="):
        build({"_target_": target}, "loss")


def test_a_file_is_no_way_round(train: Command, tmp_path: Path) -> None:
    (tmp_path / "own/loss").mkdir(parents=True)
    (tmp_path / "own/loss/own.yaml").write_text(
        f"_target_: sl.losses.FocalLoss\ngamma: [{{_target_: torch.save, _args_: [1, {tmp_path}/written]}}]\n"
    )
    assert train("--config-dir=own", "loss=own").mistake.startswith("loss.gamma[0]._target_=torch.save: must be a")
    assert not (tmp_path / "written").exists()


class OwnLoss(Loss):
    """Twice cross entropy: a loss of a user's own."""

    def per_example(self, logits: Tensor, labels: Tensor) -> Tensor:
        return 2 * CrossEntropy().per_example(logits, labels)


class PlainLoss(torch.nn.Module):
    """What a user may already have: it computes a loss, and nothing else."""

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        return torch.nn.functional.cross_entropy(logits, labels)


def test_a_class_of_ones_own_that_does_not_fit_is_told_why() -> None:
    lacks = "it has no per_example, after_epoch; a subclass of sl.losses.Loss has what is missing"
    with pytest.raises(UserError, match=f"with per_example, after_epoch, forward, but {lacks}$"):
        build({"_target_": f"{__name__}.PlainLoss"}, "loss", [__name__])
    with pytest.raises(UserError, match=r"but it has no features; a subclass of sl.models.Classifier has what is"):
        build({"_target_": f"{__name__}.PlainLoss"}, "model", [__name__])
    with pytest.raises(UserError, match=r"must be a class with load, fingerprint, but it has no load, fingerprint$"):
        build({"_target_": f"{__name__}.PlainLoss"}, "dataset", [__name__])
    with pytest.raises(UserError, match=r"^loss\._target_=sl\.losses\.Loss: must be .* forward, but it is abstract$"):
        build({"_target_": "sl.losses.Loss"}, "loss")
    with pytest.raises(
        UserError, match=r"^tracker\.own\._target_=sl\.tracker\.Tracker: must be .* but it is abstract$"
    ):
        build({"_target_": "sl.tracker.Tracker"}, "tracker.own")


def test_a_package_that_a_module_of_ones_own_lacks_is_not_the_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "own_loss.py").write_text("import no_such_package")
    with pytest.raises(ModuleNotFoundError, match="no_such_package"):
        build({"_target_": "own_loss.Own"}, "loss", ["own_loss"])


def test_a_package_of_ones_own_can_be_allowed() -> None:
    own = ["~loss.p_min", "loss=ce", f"loss._target_={__name__}.OwnLoss", f"allow_targets=[{__name__}]"]
    config = compose_run(own)
    loss = build(config.loss, "loss", config.allow_targets)
    logits, labels = torch.tensor([[1.0, 2.0, 3.0]]), torch.tensor([0])
    assert loss(logits, labels).item() == pytest.approx(2 * torch.nn.functional.cross_entropy(logits, labels).item())
    described = describe_run(config)
    assert "allow_targets" not in described.result_config
    with pytest.raises(UserError, match=r"must be a class of sl.losses; allow_targets=\[PACKAGE\] adds your own"):
        compose_run(own[:-1])


def test_options_that_a_class_of_ones_own_does_not_have_are_named_together() -> None:
    """The class takes the place of the default loss, sl, whose options nobody typed."""
    own = [f"loss._target_={__name__}.OwnLoss", f"allow_targets=[{__name__}]"]
    left_out = ["~loss.alpha", "~loss.beta", "~loss.log_zero", "~loss.p_min"]
    with pytest.raises(UserError) as caught:
        compose_run(own)
    message = str(caught.value)
    assert message.startswith(f"loss._target_={__name__}.OwnLoss: has no option alpha, beta, ")
    assert all(option in message for option in left_out)
    assert compose_run([*own, *left_out]).loss["_target_"] == f"{__name__}.OwnLoss"


def test_allowing_a_package_changes_no_identity() -> None:
    plain, allowed = (describe_run(compose_run(more)) for more in ([], [f"allow_targets=[{__name__}]"]))
    assert plain.identity == allowed.identity


def test_an_allowed_package_gives_nothing_but_what_fits() -> None:
    for target in ("subprocess.Popen", "subprocess.run", "subprocess.os.system"):
        with pytest.raises(UserError, match=r"^loss\._target_=subprocess"):
            build({"_target_": target, "args": "true"}, "loss", ["subprocess"])


@pytest.mark.parametrize(
    "overrides",
    [["hydra/launcher=joblib"], ["hydra/launcher=slurm"], ["hydra.verbose=true"]],
)
def test_what_hydra_offers_itself_composes(overrides: list[str]) -> None:
    assert compose_run(overrides).seed == 0
