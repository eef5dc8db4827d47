"""Local intrinsic dimensionality, and the learning that it drives."""

import math

import numpy as np
import pytest
import torch
from loss_table import batch
from scipy.spatial.distance import cdist
from torch import Tensor

from sl.errors import UserError
from sl.losses import (
    ActivePassive,
    Bootstrap,
    CrossEntropy,
    DimensionalityDriven,
    EpochView,
    SymmetricCrossEntropy,
    Term,
)
from sl.losses.local_dimensionality import local_intrinsic_dimensionality

GENERATOR = torch.Generator()


def ball(points: int, dimensions: int, seed: int) -> Tensor:
    """Points evenly in the unit ball."""
    generator = GENERATOR.manual_seed(seed)
    directions = torch.nn.functional.normalize(torch.randn(points, dimensions, generator=generator))
    return directions * torch.rand(points, 1, generator=generator) ** (1 / dimensions)


@pytest.mark.parametrize("dimensions", [1, 2, 5, 12])
def test_lid_in_the_middle_of_a_ball(dimensions: int) -> None:
    """Its mean there is d k / (k - 2), and its spread d k / ((k - 2) sqrt(k - 3)): the inverse of a gamma variable."""
    k, trials = 20, 300
    middle = torch.zeros(1, dimensions)
    balls = [torch.cat([middle, ball(100, dimensions, seed)]) for seed in range(trials)]
    found = torch.stack([local_intrinsic_dimensionality(points, k)[0] for points in balls])
    mean = dimensions * k / (k - 2)
    assert found.mean().item() == pytest.approx(mean, abs=4 * mean / math.sqrt((k - 3) * trials))
    assert found.std().item() == pytest.approx(mean / math.sqrt(k - 3), rel=0.2)


@pytest.mark.parametrize("dimensions", [2, 6])
def test_lid_sees_the_dimensions_of_the_data_and_not_of_the_space(dimensions: int) -> None:
    plane = torch.randn(dimensions, 50, generator=GENERATOR.manual_seed(0))
    inside = torch.randn(2000, dimensions, generator=GENERATOR) @ plane
    assert local_intrinsic_dimensionality(inside, 20).mean().item() == pytest.approx(dimensions * 20 / 18, rel=0.1)


def test_lid_is_its_formula() -> None:
    points = torch.randn(60, 7, generator=GENERATOR.manual_seed(1), dtype=torch.float64)
    nearest = np.sort(cdist(points, points))[:, 1:6]
    expected = -1 / np.log(nearest / nearest[:, -1:]).mean(1)
    np.testing.assert_allclose(local_intrinsic_dimensionality(points, 5).numpy(), expected, rtol=1e-9)
    scaled = local_intrinsic_dimensionality(1000 * points, 5)
    torch.testing.assert_close(scaled, local_intrinsic_dimensionality(points, 5))


def test_lid_of_a_point_whose_nearest_is_in_the_same_place() -> None:
    """Its distances are 0, 1 and 2: the ratio 0 / 2 counts as 1e-8."""
    points = torch.tensor([[0.0], [0.0], [1.0], [2.0], [4.0]])
    expected = -3 / (math.log(1e-8) + math.log(1 / 2))
    assert local_intrinsic_dimensionality(points, 3)[0].item() == pytest.approx(expected)


def test_lid_needs_more_points_than_neighbours() -> None:
    with pytest.raises(UserError, match="neighbours=20: must be less than the number of points, 20"):
        local_intrinsic_dimensionality(torch.zeros(20, 3), 20)


class Driven(DimensionalityDriven):
    """Told each epoch's LID instead of measuring it."""

    def __init__(self, lids: list[float], start: float = 0, window: int = 3) -> None:
        super().__init__(start, window, 20, "none")
        self.lids = lids

    def measure(self, view: EpochView) -> Tensor:
        return torch.tensor(self.lids[view.epoch - 1], dtype=torch.float64)


def paces(loss: Driven) -> list[float]:
    """alpha after each epoch."""
    found = []
    for epoch in range(1, len(loss.lids) + 1):
        loss.after_epoch(EpochView(epoch, len(loss.lids), lambda count: torch.zeros(count, 1)))
        found.append(loss.alpha.item())
    return found


def test_alpha_falls_from_the_turning_point_on() -> None:
    """The fifth of these is the first to lie two deviations above the three before it."""
    lids = [3.0, 2.0, 1.9, 2.1, 2.5, 2.4, 1.8]
    expected = [1, 1, 1, 1, *(math.exp(-i / 7 * lids[i - 1] / min(lids[:i])) for i in (5, 6, 7))]
    assert paces(Driven(lids)) == pytest.approx(expected)


@pytest.mark.parametrize(("lid", "turned"), [(2.17, True), (2.15, False)])
def test_the_turning_point_is_two_population_deviations_above_the_mean(lid: float, turned: bool) -> None:
    """The three epochs before have mean 2 and deviation sqrt(0.02 / 3) = 0.082 (of a sample it would be 0.1)."""
    loss = Driven([2.1, 1.9, 2.0, lid])
    paces(loss)
    assert loss.turned.item() is turned


def test_no_turning_point_while_dimensions_fall() -> None:
    assert paces(Driven([5.0, 4.5, 4.1, 3.8, 3.7, 3.65, 3.6])) == [1] * 7


@pytest.mark.parametrize(("start", "turned"), [(0.0, 4), (0.5, 4), (0.51, 7), (0.9, 8)])
def test_no_turning_point_before_the_start(start: float, turned: int) -> None:
    """Epochs 4 and 7 of these 8 jump, and 8, which follows from 7."""
    lids = [2.0, 1.9, 2.0, 9.0, 9.0, 9.0, 20.0, 400.0]
    assert [pace < 1 for pace in paces(Driven(lids, start))].index(True) + 1 == turned


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
def test_an_epoch_without_a_finite_dimension_repeats_the_last(odd: float) -> None:
    lids = [3.0, 2.0, 1.9, 2.1, 2.5, odd, 1.8]
    repeated = [3.0, 2.0, 1.9, 2.1, 2.5, 2.5, 1.8]
    assert paces(Driven(lids)) == pytest.approx(paces(Driven(repeated)))
    assert paces(Driven([odd, *lids]))[-1] < 1


def at_alpha(alpha: float, term: Term | None = None) -> DimensionalityDriven:
    loss = DimensionalityDriven(0.375, 5, 20, "none", term)
    loss.alpha.fill_(alpha)
    loss.turned.fill_(True)
    return loss


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
@pytest.mark.parametrize("alpha", [1.0, 0.6, 0.0])
def test_the_adapted_label_is_a_bootstrapped_one(alpha: float, dtype: torch.dtype) -> None:
    logits, labels = batch(scale=1e4 if dtype == torch.float32 else 3.0)
    expected = Bootstrap(alpha, True, "none")(logits.to(dtype), labels)
    torch.testing.assert_close(at_alpha(alpha)(logits.to(dtype), labels), expected)


@pytest.mark.parametrize("term", [CrossEntropy("none"), SymmetricCrossEntropy(0.1, 1, reduction="none")], ids=type)
def test_the_term_acts_up_to_the_turning_point(term: Term) -> None:
    logits, labels = batch()
    assert torch.equal(DimensionalityDriven(0.375, 5, 20, "none", term)(logits, labels), term(logits, labels))
    assert torch.equal(at_alpha(0.6, term)(logits, labels), at_alpha(0.6)(logits, labels))


def test_boosted_without_the_reverse_part_it_is_the_original() -> None:
    logits, labels = batch()
    boosted = DimensionalityDriven(0.375, 5, 20, "none", SymmetricCrossEntropy(alpha=1, beta=0))
    assert torch.equal(boosted(logits, labels), DimensionalityDriven(0.375, 5, 20, "none")(logits, labels))


def test_alpha_does_not_change_the_graph() -> None:
    """One captured or compiled step serves before and after the turning point."""
    logits, labels = batch()
    loss = DimensionalityDriven(0.375, 5, 20, "none", SymmetricCrossEntropy(0.1, 1))
    torch.compiler.reset()
    compiled = torch.compile(loss, fullgraph=True, backend="eager")
    compiled(logits, labels)
    loss.load_state_dict(at_alpha(0.5).state_dict())
    with torch.compiler.set_stance("fail_on_recompile"):
        torch.testing.assert_close(compiled(logits, labels), at_alpha(0.5)(logits, labels))


def test_it_measures_batches_of_what_it_is_shown() -> None:
    asked = []

    def represent(count: int) -> Tensor:
        asked.append(count)
        return ball(count, 5, 0)

    loss = DimensionalityDriven(0, 2, 20)
    loss.after_epoch(EpochView(1, 10, represent))
    expected = [local_intrinsic_dimensionality(part, 20) for part in ball(1280, 5, 0).split(128)]
    assert asked == [1280]
    assert loss.recent[-1].item() == pytest.approx(torch.cat(expected).mean().item())


@pytest.mark.parametrize(("images", "compared"), [(21, 21), (250, 250), (300, 150), (10**6, 128)])
def test_neighbours_are_fewer_than_the_images_that_are_compared(images: int, compared: int) -> None:
    """A sample of at most 1280 images is split into parts of 128 to 255, or is one where it is smaller."""
    DimensionalityDriven(0.375, 5, compared - 1, num_examples=images)
    with pytest.raises(
        UserError, match=f"^neighbours={compared}: must be less than {compared}, the least number of training images"
    ):
        DimensionalityDriven(0.375, 5, compared, num_examples=images)


def test_feature_maps_are_no_rows() -> None:
    loss = DimensionalityDriven(0, 2, 20)
    rule = r"^represent=torch.float32 of shape \(1280, 2, 3, 3\): must return rows \(count, D\); .flatten\(1\) makes"
    with pytest.raises(UserError, match=rule):
        loss.after_epoch(EpochView(1, 10, lambda count: torch.zeros(count, 2, 3, 3)))


def test_representations_of_another_kind_and_epochs_counted_from_0_are_said_in_words() -> None:
    loss = DimensionalityDriven(0.25, 5, 20)
    with pytest.raises(UserError, match=r"^represent=ndarray: must be a tensor; torch.as_tensor makes one"):
        loss.after_epoch(EpochView(1, 10, lambda count: np.zeros((count, 3))))  # type: ignore[arg-type, return-value]
    for epoch, epochs, line in ((0, 10, "epoch=0"), (11, 10, "epoch=11"), (1, 0, "epochs=0")):
        with pytest.raises(UserError, match=f"^{line}: must be a whole number"):
            EpochView(epoch, epochs, lambda count: torch.zeros(count, 1))


def test_what_it_has_learnt_is_its_state() -> None:
    first, second = Driven([3.0, 2.0, 1.9, 2.1, 2.5, 2.4, 1.8]), Driven([3.0, 2.0, 1.9, 2.1, 2.5, 2.4, 1.8])
    whole = paces(first)
    for epoch in range(1, 6):
        second.after_epoch(EpochView(epoch, 7, lambda count: torch.zeros(count, 1)))
    third = Driven(second.lids)
    third.load_state_dict(second.state_dict())
    for epoch in (6, 7):
        third.after_epoch(EpochView(epoch, 7, lambda count: torch.zeros(count, 1)))
    assert third.alpha.item() == whole[-1]


def test_as_a_part_it_learns_as_it_does_alone() -> None:
    alone, part = (DimensionalityDriven(0, 5, 20, "none") for _ in range(2))
    whole = ActivePassive(CrossEntropy(), part, 1, 0.5, "none")
    for epoch in range(1, 6):
        view = EpochView(epoch, 5, lambda count, seed=epoch: ball(count, 5, seed))
        alone.after_epoch(view)
        whole.after_epoch(view)
    assert part.recent.isfinite().all()
    assert torch.equal(part.recent, alone.recent)


class Counting(CrossEntropy):
    """Counts the epochs that it is told of."""

    epochs = 0

    def after_epoch(self, view: EpochView) -> None:
        self.epochs += 1


def test_a_term_is_told_of_every_epoch_too() -> None:
    losses = [DimensionalityDriven(0, 5, 20, term=Counting()), Bootstrap(0.8, True, term=Counting())]
    for loss in losses:
        for epoch in (1, 2):
            loss.after_epoch(EpochView(epoch, 2, lambda count: ball(count, 5, 0)))
        assert loss.term.epochs == 2
