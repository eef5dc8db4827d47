"""Runs that start from weights: identity, learning-rate groups, a frozen body, and the network that is kept."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torchvision.models import get_model

import sl
from sl.config.compose import compose_run
from sl.data import Digits
from sl.errors import UserError
from sl.train.described import describe_run
from sl.train.engine import make_engine
from sl.train.epoch import train_one_epoch
from sl.train.prepared import prepare
from sl.train.run import train
from sl.train.save_model import path_of_model, save_model

SHORT = (
    "dataset=digits", "recipe=finetune", "recipe.epochs=1", "recipe.batch_size=32", "scale.train_share=0.06",
    "scale.test_share=0.1", "model=torchvision", "model.name=resnet18", "model.input_size=32", "loss=sl",
    "runtime.threads=1", "runtime.precision=float32", "runtime.device=cpu",
)  # fmt: skip
Overrides = Callable[..., list[str]]


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    path = tmp_path / "mine.pth"
    torch.save(get_model("resnet18").state_dict(), path)
    return path


@pytest.fixture
def overrides(tmp_path: Path, weights: Path) -> Overrides:
    folders = [f"{name}_dir={tmp_path / name}" for name in ("runs", "checkpoints", "models")]
    return lambda *more: [*SHORT, *folders, f"model.weights={weights}", *more]


def trained(overrides: list[str]) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]:
    """The network's tensors before and after an epoch."""
    prepared = prepare(compose_run(overrides))
    engine = make_engine(prepared)
    before = {name: value.clone() for name, value in engine.model.state_dict().items()}
    train_one_epoch(engine, prepared.plan, seed=0, epoch=1)
    return before, engine.model.state_dict()


def test_the_body_starts_from_the_weights_and_a_frozen_one_ends_there(overrides: Overrides, weights: Path) -> None:
    given = torch.load(weights, weights_only=True)
    for frozen in (False, True):
        before, after = trained(overrides(f"model.frozen={str(frozen).lower()}"))
        body = [name for name in given if not name.startswith("fc.")]
        assert all(torch.equal(before[f"body.{name}"], given[name]) for name in body)
        changed = [name for name in body if not torch.equal(after[f"body.{name}"], given[name])]
        assert changed == [] if frozen else len(changed) > 100
        assert not torch.equal(after["head.weight"], before["head.weight"])


def test_the_head_learns_at_a_multiple_of_the_rate(overrides: Overrides) -> None:
    """One step of SGD without decay: the head moves so many times as far, the body as far as before."""
    one = ("scale.train_share=0.02", "recipe.weight_decay=0")
    before, plain = trained(overrides(*one))
    _, faster = trained(overrides(*one, "recipe.head_lr_factor=10"))
    for name, factor in (("head.weight", 10), ("body.conv1.weight", 1)):
        torch.testing.assert_close(
            faster[name] - before[name], factor * (plain[name] - before[name]), rtol=1e-3, atol=1e-6
        )


def test_identity_knows_the_weights_and_not_their_place(overrides: Overrides, weights: Path, tmp_path: Path) -> None:
    def identity(*more: str) -> str:
        return describe_run(compose_run(overrides(*more))).identity

    first = identity()
    moved = tmp_path / "elsewhere.pth"
    moved.write_bytes(weights.read_bytes())
    assert identity(f"model.weights={moved}") == first
    assert str(tmp_path) not in str(describe_run(compose_run(overrides())).result_config)
    torch.save({}, moved)
    assert (
        len(
            {
                first,
                identity(f"model.weights={moved}"),
                identity("model.weights=DEFAULT"),
                identity("model.weights=null"),
            }
        )
        == 4
    )
    assert identity("model.weights=DEFAULT") == identity("model.weights=IMAGENET1K_V1")  # of resnet18
    assert identity("recipe.head_lr_factor=null") == first != identity("recipe.head_lr_factor=10")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("recipe.normalisation=channel", r"^recipe\.normalisation=channel: must be none with model\.weights"),
        ("model.weights=absent.pth", r"^model\.weights=absent\.pth: must be null, DEFAULT"),
        ("model.name=resnet81", r"^model\.name=resnet81: must be a classifier of torchvision"),
        ("recipe.head_lr_factor=0", r"^recipe\.head_lr_factor=0"),
    ],
)
def test_mistakes_come_out_before_data_are_loaded(overrides: Overrides, more: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        describe_run(compose_run(overrides(more)))


def test_statistics_that_came_with_the_weights_are_not_debiased(overrides: Overrides, tmp_path: Path) -> None:
    """They are no average that began at zero; a frozen body keeps them, in evaluation and in the kept network."""
    job = prepare(compose_run(overrides("model.frozen=true", "recipe.bn_zero_debias=true", "save=true")))
    engine, images = make_engine(job), job.dataset.test_images
    given = engine.model.body.bn1.running_var.clone()
    engine.model.body.bn1.num_batches_tracked.fill_(3)  # of the weights' own training
    predicted = engine.predict(images)
    with torch.no_grad():
        torch.testing.assert_close(predicted, engine.model.eval()(images / 255))
    save_model(engine, job)
    loaded = sl.load_model(path_of_model(job))
    assert torch.equal(loaded.module.body.bn1.running_var, given)
    torch.testing.assert_close(loaded.module(images / 255), predicted)


def test_the_kept_network_needs_no_weights_again(overrides: Overrides, weights: Path, tmp_path: Path) -> None:
    record = train(compose_run(overrides("save=true")))
    weights.unlink()
    loaded = sl.load_model(tmp_path / "models" / "digits" / record.with_suffix(".json").name)
    assert loaded.module.input_size == 32
    assert loaded.module.body.bn1.eps == 1e-5  # torchvision's, not the recipe's
    assert loaded.module.mean.flatten().tolist() == pytest.approx([0.485, 0.456, 0.406])
    digits = Digits().load().subset(0.06, 0.1)
    right = loaded.probabilities(digits.test_images).argmax(1) == digits.test_labels
    expected = [line for line in record.read_text().splitlines() if '"kind":"epoch"' in line]
    assert f'"test_accuracy":{right.double().mean().item():.6g}' in expected[-1]
