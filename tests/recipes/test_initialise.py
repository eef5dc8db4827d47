"""Initial weights: their distribution, and what they depend on."""

import copy
import math
from collections.abc import Callable

import pytest
import torch
from scipy import stats
from torch import nn
from torch.nn.utils import prune

from sl.errors import UserError
from sl.models import Cnn4, Cnn8, ResNet18, ResNet44
from sl.options.recipe import INITIALISATIONS
from sl.recipes.initialise import initialise


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_he_normal_is_a_normal_cut_off_at_two_standard_deviations() -> None:
    model = Cnn8(10, (3, 32, 32))
    initialise(model, "he_normal", seeded(0))
    for weight in (model.fc1.weight, model.body[-2].weight):
        values = weight.detach().double().flatten()
        std = math.sqrt(2 / weight[0].numel())
        assert values.std().item() == pytest.approx(std, rel=0.01)  # Keras keeps the variance at 2 / fan_in
        assert values.abs().max().item() <= 2 * std / stats.truncnorm(-2, 2).std() * (1 + 1e-6)
        cut_off = stats.truncnorm(-2, 2, scale=std / stats.truncnorm(-2, 2).std())
        assert stats.kstest(values.numpy()[:20_000], cut_off.cdf).pvalue > 1e-3
    assert all(not layer.bias.any() for layer in model.modules() if isinstance(layer, nn.Conv2d | nn.Linear))


@pytest.mark.parametrize("kind", ["he_uniform", "torch"])
def test_uniform_kinds_have_pytorchs_distributions(kind: str) -> None:
    model = Cnn8(10, (3, 32, 32))
    initialise(model, kind, seeded(0))
    convolution = model.body[-2]
    reference = copy.deepcopy(model)  # PyTorch's own initialisers
    for layer, own in ((convolution, reference.body[-2]), (model.fc1, reference.fc1)):
        own.reset_parameters()
        if kind == "he_uniform":
            if isinstance(own, nn.Conv2d):
                nn.init.kaiming_uniform_(own.weight, nonlinearity="relu")
            else:
                nn.init.xavier_uniform_(own.weight)
        for name in ("weight", "bias"):
            values, expected = getattr(layer, name).detach().flatten(), getattr(own, name).detach().flatten()
            assert stats.ks_2samp(values[:20_000], expected[:20_000]).pvalue > 1e-3
        assert layer.weight.abs().max().item() == pytest.approx(own.weight.abs().max().item(), rel=1e-3)


@pytest.mark.parametrize("kind", INITIALISATIONS)
@pytest.mark.parametrize("network", [Cnn4, ResNet44, ResNet18])
def test_same_seed_same_weights_whatever_was_there(kind: str, network: type[Cnn4 | ResNet44 | ResNet18]) -> None:
    torch.manual_seed(1)
    one = network(10, (1, 8, 8))
    torch.manual_seed(2)
    other = network(10, (1, 8, 8))
    for value in other.state_dict().values():
        value.fill_(7)
    torch.manual_seed(3)
    before = torch.get_rng_state()
    initialise(one, kind, seeded(5))
    initialise(other, kind, seeded(5))
    assert torch.equal(before, torch.get_rng_state())
    theirs = other.state_dict()
    assert all(torch.equal(value, theirs[name]) for name, value in one.state_dict().items())


def test_another_seed_gives_other_weights() -> None:
    one, other = Cnn4(10, (1, 8, 8)), Cnn4(10, (1, 8, 8))
    initialise(one, "he_normal", seeded(5))
    initialise(other, "he_normal", seeded(6))
    assert not torch.equal(one.fc1.weight, other.fc1.weight)


def test_batch_normalisation_starts_as_the_identity() -> None:
    model = Cnn4(10, (1, 8, 8))
    model(torch.rand(4, 1, 8, 8))
    initialise(model, "he_normal", seeded(0))
    assert model.fc1_norm.state_dict()["running_mean"].eq(0).all()
    assert model.fc1_norm.state_dict()["running_var"].eq(1).all()
    assert model.fc1_norm.weight.eq(1).all()
    assert model.fc1_norm.bias.eq(0).all()


def test_unknown_kind_and_unknown_layers() -> None:
    with pytest.raises(UserError, match=r"^recipe\.initialisation=he: must be one of he_normal, he_uniform, torch"):
        initialise(Cnn4(10, (1, 8, 8)), "he", seeded(0))
    with pytest.raises(
        UserError,
        match=r"^recipe\.initialisation=torch: .*; Sequential has a PReLU with weight; .*model\.weights=DEFAULT$",
    ):
        initialise(nn.Sequential(nn.PReLU()), "torch", seeded(0))


@pytest.mark.filterwarnings("ignore::FutureWarning")  # PyTorch's of weight_norm
@pytest.mark.parametrize(
    ("layer", "found"),
    [
        (lambda: nn.utils.weight_norm(nn.Conv2d(1, 2, 3)), "Conv2d with bias, weight_g, weight_v"),
        (lambda: prune.random_unstructured(nn.Linear(3, 2), "weight", 0.5), "Linear with bias, weight_orig"),
        (lambda: nn.LazyConv2d(2, 3), "LazyConv2d with weight, bias"),
        (lambda: nn.LazyLinear(2), "LazyLinear with weight, bias"),
    ],
)
def test_a_weight_that_cannot_be_drawn_is_refused(layer: Callable[[], nn.Module], found: str) -> None:
    """Of `weight_norm` the weight is computed anew from its parts, so that what is drawn for it would be lost."""
    with pytest.raises(UserError, match=f"; Sequential has a {found}; "):
        initialise(nn.Sequential(layer()), "he_normal", seeded(0))


@pytest.mark.parametrize(
    "norm", [nn.LayerNorm(4), nn.GroupNorm(2, 4), nn.LayerNorm(4, elementwise_affine=False)], ids=str
)
def test_normalisation_without_batches_starts_as_the_identity(norm: nn.Module) -> None:
    """Whatever it held before; the layers beside it are drawn as without it."""
    for parameter in norm.parameters():
        nn.init.constant_(parameter, 7.0)
    beside, alone = nn.Linear(3, 4), nn.Linear(3, 4)
    initialise(nn.Sequential(beside, norm), "he_normal", seeded(0))
    initialise(alone, "he_normal", seeded(0))
    assert torch.equal(beside.weight, alone.weight)
    assert [parameter.unique().tolist() for parameter in norm.parameters()] in ([[1.0], [0.0]], [])
