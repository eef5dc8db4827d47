"""The loop that the engine is measured against trains the same function as the engine."""

from functools import partial

import pytest
import torch
from torchvision import transforms

from sl.config.compose import compose_run
from sl.recipes.augment import build_augmentation
from sl.recipes.normalise import fit_normalisation
from sl.train.engine import make_engine
from sl.train.seeds import generator
from studies.bench.contender import prepare_case
from studies.bench.reference import PilImages, ReferenceLoop, torchvision_transform

PLAIN = (
    "recipe.shift=0",
    "recipe.flip=false",
    "runtime.precision=float32",
    "runtime.threads=1",
    "recipe.lr=0.005",
    "runtime.device=cpu",
)


@pytest.mark.parametrize("more", [(), ("recipe.weight_decay=0.02", "recipe.decay_on=fc1")])
def test_both_have_the_same_losses(more: tuple[str, ...]) -> None:
    prepared = prepare_case("digits", [*PLAIN, *more])
    engine, loop = make_engine(prepared), ReferenceLoop(prepared, workers=0)
    count = len(prepared.noisy.labels)
    draws = engine.augmentation.draw(count, prepared.dataset.image_shape, generator(0, "augmentation"))
    rate = torch.full((1,), prepared.config.recipe.lr)
    batches = torch.randperm(count, generator=generator(0, "order")).split(engine.batch_size)
    assert len(batches[-1]) < engine.batch_size
    for batch in batches:  # rounding grows from 1e-7 to 1e-5 on the way
        assert loop.train(batch) == pytest.approx(engine.train_epoch(batch, draws, rate)[0].item(), rel=1e-4)


@pytest.mark.parametrize("kind", ["pixel_mean", "none"])
def test_its_normalisation_is_the_recipes(kind: str) -> None:
    prepared = prepare_case("digits", [*PLAIN, f"recipe.normalisation={kind}"])
    pictures = PilImages(prepared)
    expected = fit_normalisation(kind, prepared.dataset.train_images)(prepared.dataset.train_images[:5])
    torch.testing.assert_close(torch.stack([pictures[row][0] for row in range(5)]), expected)
    assert [pictures[row][1] for row in range(5)] == prepared.noisy.labels[:5].tolist()


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        (["dataset=cifar10"], ["RandomAffine", "RandomHorizontalFlip", "ToTensor", "partial"]),
        (["dataset=mnist"], ["ToTensor"]),
    ],
)
def test_its_transforms_are_the_recipes(overrides: list[str], expected: list[str]) -> None:
    config = compose_run([*overrides, "data_dir=nowhere"])
    images = torch.randint(0, 256, (8, 3, 32, 32), dtype=torch.uint8)
    steps = torchvision_transform(config.recipe, images).transforms
    assert [type(step).__name__ for step in steps] == expected
    if isinstance(steps[0], transforms.RandomAffine):
        assert tuple(steps[0].translate) == (0.2, 0.2)
        assert build_augmentation(config.recipe).shift == 0.2
    assert any(isinstance(step, partial) for step in steps) == (config.recipe.normalisation == "pixel_mean")


def test_worker_processes_bring_the_same_images() -> None:
    prepared = prepare_case("digits", [*PLAIN, "scale.train_share=0.2"])
    order = torch.arange(0, 100, 3)
    assert ReferenceLoop(prepared, workers=1).train(order) == pytest.approx(
        ReferenceLoop(prepared, workers=0).train(order), rel=1e-6
    )
