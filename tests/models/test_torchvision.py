"""torchvision's networks: their own logits again, from weights on disk, and nothing from the network."""

import copy
import os
from pathlib import Path
from random import Random
from typing import Any
from urllib.error import URLError

import pytest
import torch
from safetensors.torch import save_file
from torch import nn
from torchvision.models import ResNet18_Weights, get_model
from torchvision.ops import StochasticDepth
from torchvision.transforms.functional import normalize, resize

from sl.errors import UserError
from sl.models import TorchVision
from sl.models.pretrained import find_weights

SHAPE = (3, 40, 56)


@pytest.fixture(scope="module")
def original() -> nn.Module:
    """torchvision's network with weights and statistics that it never has by itself."""
    torch.manual_seed(0)
    network = get_model("resnet18")
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.running_mean.uniform_(-0.1, 0.1)
            layer.running_var.uniform_(0.5, 1.5)
    return network.eval()


@pytest.fixture(params=["mine.pth", "mine.safetensors"])
def file(request: pytest.FixtureRequest, original: nn.Module, tmp_path: Path) -> Path:
    path = tmp_path / request.param
    tensors = original.state_dict()
    save_file(tensors, path) if path.suffix == ".safetensors" else torch.save(tensors, path)
    return path


def test_a_file_gives_the_representation_that_torchvision_makes_of_its_own_input(
    original: nn.Module, file: Path
) -> None:
    """torchvision's own resizing of the bytes, the normalisation it states, and its network up to the last layer."""
    pictures = torch.randint(256, (2, *SHAPE), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))
    stated = ResNet18_Weights.DEFAULT.transforms()
    inputs = normalize(resize(pictures, [224, 224]) / 255, stated.mean, stated.std)
    bare = copy.deepcopy(original)
    bare.fc = nn.Identity()
    expected = bare(inputs)
    found = TorchVision("resnet18", 5, SHAPE, weights=str(file)).eval()
    assert found.input_size == 224
    features = found.features(pictures / 255)
    torch.testing.assert_close(features, expected, rtol=0.02, atol=0.02)  # torchvision rounds to bytes after resizing
    assert found(pictures / 255).shape == (2, 5)


@pytest.mark.parametrize("shape", [(3, 40, 56), (3, 9, 64)])
def test_larger_images_are_resized_as_torchvision_does(shape: tuple[int, int, int]) -> None:
    images = torch.rand(2, *shape, generator=torch.Generator().manual_seed(1))
    network = TorchVision("resnet18", 5, shape, input_size=16)
    network.body = nn.Identity()
    torch.testing.assert_close(network.features(images), resize(images, [16, 16]))


def test_an_old_file_has_no_counters_of_batches(original: nn.Module, tmp_path: Path) -> None:
    tensors = {name: value for name, value in original.state_dict().items() if not name.endswith("num_batches_tracked")}
    torch.save(tensors, tmp_path / "old.pth")
    found = TorchVision("resnet18", 5, SHAPE, weights=str(tmp_path / "old.pth"), input_size=32)
    torch.testing.assert_close(found.body.bn1.running_var, original.bn1.running_var)


def test_weights_of_grey_images_do_not_fit(original: nn.Module, tmp_path: Path) -> None:
    torch.save(original.state_dict() | {"conv1.weight": torch.zeros(64, 1, 7, 7)}, tmp_path / "grey.pth")
    with pytest.raises(UserError, match=r"; 1 tensors are missing or have another shape: conv1\.weight$"):
        TorchVision("resnet18", 5, SHAPE, weights=str(tmp_path / "grey.pth"))


def test_a_file_is_not_obeyed(tmp_path: Path) -> None:
    """A pickle can run anything: this one would make a folder."""

    class Trap:
        def __reduce__(self) -> tuple[object, ...]:
            return os.mkdir, (str(tmp_path / "executed"),)

    torch.save({"conv1.weight": Trap()}, tmp_path / "mine.pth")
    with pytest.raises(UserError, match="must hold the tensors of a network by name"):
        TorchVision("resnet18", 5, SHAPE, weights=str(tmp_path / "mine.pth"))
    assert not (tmp_path / "executed").exists()


@pytest.mark.parametrize("in_zip", [False, True], ids=["old", "new"])
def test_a_file_of_pytorch_that_was_cut_or_changed_is_refused(in_zip: bool, tmp_path: Path) -> None:
    """PyTorch before 1.6 wrote no zip files; torch.load raises errors of many kinds for what is left of one."""
    path = tmp_path / "mine.pth"
    torch.save({"conv1.weight": torch.zeros(3)}, path, _use_new_zipfile_serialization=in_zip)
    whole, random, refused = path.read_bytes(), Random(0), set()
    for _ in range(200):
        content = bytearray(whole[: random.randrange(1, len(whole))] if random.random() < 0.5 else whole)
        content[random.randrange(len(content))] ^= 1 << random.randrange(8)
        path.write_bytes(content)
        try:
            find_weights("resnet18", str(path)).tensors()
        except UserError as error:
            refused.add(str(error))
    assert refused == {f"model.weights={path}: must hold the tensors of a network by name (a state_dict)"}


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "mine.pth").write_bytes(b"")
    monkeypatch.setattr("torch.load", refused)
    with pytest.raises(UserError, match=r"mine\.pth: cannot be read: Permission denied$"):
        TorchVision("resnet18", 5, SHAPE, weights=str(tmp_path / "mine.pth"))


def test_a_name_of_a_file_that_is_too_long() -> None:
    with pytest.raises(UserError, match=r"a\.pth: must be null, DEFAULT, .* or an existing file"):
        find_weights("resnet18", "a" * 300 + ".pth")


def test_default_is_taken_from_the_cache_and_without_network_the_message_says_what_to_do(
    original: nn.Module, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offline(*_: object, **__: object) -> None:
        raise URLError("no network")

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr("urllib.request.urlopen", offline)
    monkeypatch.setattr("torch.hub.urlopen", offline)
    with pytest.raises(UserError, match=r"IMAGENET1K_V1: cannot be downloaded .*can be downloaded elsewhere and given"):
        TorchVision("resnet18", 5, SHAPE, weights="DEFAULT")
    cached = tmp_path / "hub" / "checkpoints" / Path(ResNet18_Weights.DEFAULT.url).name
    cached.parent.mkdir(parents=True, exist_ok=True)
    torch.save(original.state_dict(), cached)
    found = TorchVision("resnet18", 5, SHAPE, weights="DEFAULT")
    torch.testing.assert_close(found.body.conv1.weight, original.conv1.weight)


def test_size_and_normalisation_are_those_of_the_weights(tmp_path: Path) -> None:
    (tmp_path / "efficientnet_v2_l-59c71312.pth").write_bytes(b"")
    (tmp_path / "mine.pth").write_bytes(b"other")
    named = find_weights("efficientnet_v2_l", str(tmp_path / "efficientnet_v2_l-59c71312.pth"))
    assert (named.side, named.mean_and_std) == (480, ([0.5] * 3, [0.5] * 3))
    usual = find_weights("resnet50", str(tmp_path / "mine.pth"))
    assert (usual.side, usual.mean_and_std) == (224, ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))
    for version, name in (("DEFAULT", "IMAGENET1K_V2"), ("IMAGENET1K_V1", "IMAGENET1K_V1")):
        assert find_weights("resnet50", version).name == f"ResNet50_Weights.{name}"
    assert named.name != usual.name
    assert len(usual.name) == 16


def test_from_scratch_all_is_drawn_and_images_keep_their_size() -> None:
    network = TorchVision("resnet18", 5, SHAPE)
    assert network.initialised_part is network
    sizes: list[tuple[int, ...]] = []
    network.body.conv1.register_forward_hook(lambda _, inputs, __: sizes.append(tuple(inputs[0].shape[2:])))
    network(torch.rand(2, *SHAPE))
    network(torch.rand(2, 1, *SHAPE[1:]))  # grey
    assert sizes == [SHAPE[1:]] * 2


def test_a_frozen_body_keeps_weights_and_statistics(original: nn.Module, tmp_path: Path) -> None:
    torch.save(original.state_dict(), tmp_path / "mine.pth")
    options = {"weights": str(tmp_path / "mine.pth"), "input_size": 32}
    network = TorchVision("resnet18", 5, SHAPE, frozen=True, **options).train()
    assert network.initialised_part is network.head
    assert {name for name, value in network.named_parameters() if value.requires_grad} == {"head.weight", "head.bias"}
    network(torch.rand(4, *SHAPE))
    torch.testing.assert_close(network.body.bn1.running_mean, original.bn1.running_mean)
    moving = TorchVision("resnet18", 5, SHAPE, **options).train()
    moving(torch.rand(4, *SHAPE))
    assert not torch.equal(moving.body.bn1.running_mean, original.bn1.running_mean)


@pytest.mark.parametrize("name", ["mobilenet_v3_small", "squeezenet1_1", "googlenet", "resnet81"])
def test_which_networks_can_be_used(name: str) -> None:
    if name == "mobilenet_v3_small":
        network = TorchVision(name, 5, SHAPE).train()
        images = torch.rand(2, *SHAPE)
        torch.testing.assert_close(
            network(images), network(images)
        )  # no dropout: it would draw from a global generator
        return
    with pytest.raises(UserError, match=f"^model\\.name={name}: must be a classifier of torchvision"):
        TorchVision(name, 5, SHAPE)


@pytest.mark.parametrize("name", ["fasterrcnn_resnet50_fpn", "deeplabv3_resnet50", "quantized_resnet18", "r3d_18"])
def test_what_is_no_classifier_is_refused_before_anything_is_downloaded(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(url: str, *_: Any, **__: Any) -> None:
        raise AssertionError(f"{url} was asked for")

    monkeypatch.setattr("torchvision.models._api.load_state_dict_from_url", refuse)
    with pytest.raises(UserError, match=f"^model\\.name={name}: must be a classifier of torchvision"):
        TorchVision(name, 5, SHAPE)


@pytest.mark.parametrize(
    ("name", "shape", "message"),
    [
        ("alexnet", (1, 8, 8), r"^input_size=null: .* that alexnet works on; images here are 8x8 \(.*too small\)$"),
        ("vit_b_16", (3, 32, 32), r"^input_size=null: .* that vit_b_16 works on; .* Expected 224 but got 32"),
    ],
)
def test_images_of_a_size_that_the_network_cannot_work_on(name: str, shape: Any, message: str) -> None:
    with pytest.raises(UserError, match=message):
        TorchVision(name, 5, shape)
    assert TorchVision(name, 5, shape, input_size=224).training


def test_no_block_is_left_out_at_random() -> None:
    layers = TorchVision("convnext_tiny", 5, SHAPE).body.modules()
    assert [layer.p for layer in layers if isinstance(layer, StochasticDepth)] == [0.0] * 18


@pytest.mark.parametrize(("name", "shown"), [(5, "5"), (None, "null"), (["resnet18"], r"\['resnet18'\]")])
@pytest.mark.parametrize("weights", [None, "DEFAULT"])
def test_a_name_that_is_no_text(name: Any, shown: str, weights: str | None) -> None:
    message = f"^model\\.name={shown}: must be a classifier of torchvision"
    with pytest.raises(UserError, match=message):
        TorchVision(name, 5, SHAPE, weights)
    with pytest.raises(UserError, match=message):
        find_weights(name, "DEFAULT")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, r"must be null, DEFAULT, IMAGENET1K_V1 or an existing file \(\.pt \.pth \.safetensors\)$"),
        (b"no weights", "must hold the tensors of a network by name"),
        ({}, "must hold the tensors of a network by name"),
        (
            {"conv1.weight": torch.zeros(64, 3, 7, 7)},
            r"must fit the network; \d+ tensors are missing or have another shape: bn1\.weight, ",
        ),
    ],
)
def test_a_file_that_does_not_fit(content: object, message: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.pth"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        torch.save(content, path)
    with pytest.raises(UserError, match=message):
        TorchVision("resnet18", 5, SHAPE, weights=str(path))
    with pytest.raises(UserError, match="frozen=true: must be false without weights"):
        TorchVision("resnet18", 5, SHAPE, frozen=True)
