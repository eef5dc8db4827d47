"""Every draw of a run depends on the run's seed, and where it is repeated, on the epoch."""

from collections.abc import Callable

import pytest
import torch
from recorded import NOISY
from torch import Tensor

from sl.recipes.augment import Draws
from sl.train.engine import Engine, make_engine
from sl.train.epoch import train_one_epoch
from sl.train.network import make_model
from sl.train.prepared import PreparedRun
from sl.train.seeds import generator


def test_generators_depend_on_seed_purpose_and_epoch_alone() -> None:
    torch.manual_seed(1)
    draws = {torch.rand(1, generator=generator(*key)).item() for key in [(0, "a"), (1, "a"), (0, "b"), (0, "a", 1)]}
    torch.manual_seed(2)
    assert len(draws) == 4
    assert torch.rand(1, generator=generator(0, "a")).item() in draws


def test_each_epoch_of_each_seed_has_its_own_order_and_augmentation(
    make_prepared: Callable[..., PreparedRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared = make_prepared("recipe.shift=0.2")
    engine, seen = make_engine(prepared), list[tuple[Tensor, Draws]]()

    def note(self: Engine, order: Tensor, draws: Draws, *rest: object) -> tuple[Tensor, Tensor]:
        seen.append((order.clone(), draws))
        return torch.zeros(()), torch.ones(5)

    monkeypatch.setattr(Engine, "train_epoch", note)
    monkeypatch.setattr(engine, "finite_steps", torch.tensor(prepared.plan.steps_per_epoch))
    for seed, epoch in ((0, 1), (0, 2), (1, 1), (0, 1)):
        train_one_epoch(engine, prepared.plan, seed, epoch)
    (*different, (order, draws)) = seen
    assert torch.equal(order, different[0][0])
    assert torch.equal(draws.offset, different[0][1].offset)
    assert len({tuple(one.tolist()) for one, _ in different}) == 3
    assert len({tuple(one.offset.flatten().tolist()) for _, one in different}) == 3


def test_another_seed_draws_other_noise_weights_and_parts(make_prepared: Callable[..., PreparedRun]) -> None:
    """Whatever of it does not change is shared by all seeds, whose spread would be too small."""
    for option in ("holdout=0.25", "fold=1/4"):
        first, second = (make_prepared("noise=none", option, f"seed={seed}") for seed in (0, 1))
        assert not torch.equal(first.dataset.train_index, second.dataset.train_index)
    first, second = (make_prepared(*NOISY, f"seed={seed}") for seed in (0, 1))
    assert not torch.equal(first.noisy.labels, second.noisy.labels)
    weights = (make_model(prepared.config, prepared.dataset).head.weight for prepared in (first, second))
    assert not torch.equal(*weights)
