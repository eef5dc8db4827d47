"""Every file in configs/ composes, and everything it names can be built."""

import inspect
from dataclasses import asdict, fields
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch
from hydra import compose
from hydra.plugins.launcher import Launcher
from hydra.utils import get_class, instantiate

from sl.config.build import build
from sl.config.compose import compose_run
from sl.config.files import read_yaml
from sl.config.groups import GROUPS, choices, read_choice
from sl.options.run import RunConfig
from sl.paths import CONFIG_DIR
from sl.train.threads import asked_threads

SIZES = {
    "digits": (10, (1, 8, 8)),
    "mnist": (10, (1, 28, 28)),
    "cifar10": (10, (3, 32, 32)),
    "cifar100": (100, (3, 32, 32)),
    "folder": (2, (3, 32, 32)),
    "clothing1m": (14, (3, 224, 224)),
}
# A preset is called like the choices that it is for.
PRESETS = {
    "recipe_preset": (choices("recipe"), SIZES),
    "scale_preset": (choices("scale"), SIZES),
    "audit_preset": (choices("scale"), SIZES, choices("model")),
    "input_preset": (choices("model"), SIZES),
}
pytestmark = pytest.mark.usefixtures("hydra")


def test_nothing_is_forgotten_here() -> None:
    assert set(GROUPS) == {field.name for field in fields(RunConfig) if choices(field.name)}
    assert set(SIZES) == set(choices("dataset"))


@pytest.mark.parametrize(("dataset", "recipe"), [*product(SIZES, choices("recipe"))])
def test_every_data_set_with_every_recipe(dataset: str, recipe: str) -> None:
    config = compose_run([f"dataset={dataset}", f"recipe={recipe}"])
    num_classes, image_shape = SIZES[dataset]
    with torch.device("meta"):
        model = build(config.model, "model", num_classes=num_classes, image_shape=image_shape)
    assert model.head.out_features == num_classes
    assert (config.names["dataset"], config.names["recipe"]) == (dataset, recipe)


@pytest.mark.parametrize("name", choices("model"))
def test_every_model(name: str) -> None:
    config = compose_run([f"model={name}", "dataset=cifar10"])
    with torch.device("meta"):
        model = build(config.model, "model", num_classes=7, image_shape=(3, 32, 32))
        assert model(torch.empty(2, 3, 32, 32)).shape == (2, 7)


@pytest.mark.parametrize(
    ("group", "name"),
    [
        (group, name)
        for group in GROUPS
        if group not in ("dataset", "recipe", "model", "scale")
        for name in choices(group)
        if name != "matrix"
    ],
)
def test_every_other_choice(group: str, name: str) -> None:
    config = compose_run([f"{group}={name}"])
    assert config.names.get(group, name) == name


def test_noise_from_a_file(tmp_path: Path) -> None:
    np.save(tmp_path / "own.npy", np.eye(10))
    compose_run(["noise=matrix", f"noise.path={tmp_path}/own.npy"])


@pytest.mark.parametrize(("scale", "dataset"), [*product(choices("scale"), ("digits", "mnist", "cifar10"))])
def test_every_scale(scale: str, dataset: str) -> None:
    config = compose_run([f"scale={scale}", f"dataset={dataset}"])
    if scale == "paper":
        assert set(asdict(config.scale).values()) == {1.0}


@pytest.mark.parametrize(("group", "name"), [(group, name) for group in PRESETS for name in choices(group)])
def test_every_preset_belongs_to_choices_that_exist(group: str, name: str) -> None:
    assert name in {"_".join(chosen) for chosen in product(*PRESETS[group])}


@pytest.mark.parametrize(
    ("group", "name"), [(group, name) for group in ("dataset", "noise") for name in choices(group)]
)
def test_every_file_names_exactly_what_its_class_takes(group: str, name: str) -> None:
    node = read_choice(group, name)
    assert set(node) - {"_target_", "shown"} == set(inspect.signature(get_class(node["_target_"])).parameters)


@pytest.mark.parametrize("name", ["joblib", "submitit_local", "submitit_slurm", *choices("hydra/launcher")])
def test_every_launcher(name: str) -> None:
    config = compose("config", overrides=[f"hydra/launcher={name}"], return_hydra_config=True)
    launcher = {key: value for key, value in config.hydra.launcher.items() if key != "submitit_folder"}
    assert isinstance(instantiate(launcher), Launcher)


def test_threads_follow_the_launcher(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert asked_threads(compose_run([]).runtime) is None
    for text, threads in {"3": 3, "4,2": 4, "": None, "many": None, "0": None}.items():
        monkeypatch.setenv("OMP_NUM_THREADS", text)
        assert asked_threads(compose_run([]).runtime) == threads
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert asked_threads(compose_run(["runtime.threads=2"]).runtime) == 2


def scaled_down_cifar100() -> RunConfig:
    added = read_yaml(CONFIG_DIR / "reproduce.yaml")["scaled_down"]["cifar100"]
    return compose_run(["dataset=cifar100", "scale=cpu", *added])


def test_scaled_down_cifar100_has_34_parameters_per_image() -> None:
    """Of cnn8 on CIFAR-10 at the paper's scale it is 33."""
    config = scaled_down_cifar100()
    sizes = {"num_classes": 100, "image_shape": (3, 32, 32), "width": config.scale.width_share}
    network = build(config.model, "model", **sizes)
    parameters = sum(parameter.numel() for parameter in network.parameters())
    assert round(parameters / (50_000 * config.scale.train_share)) == 34


def test_scaled_down_cifar100_has_a_learning_rate_as_small_as_its_batch() -> None:
    """With all of it SL, whose alpha is 6 there, learns nothing: docs/reproduction-notes.md."""
    config, whole = scaled_down_cifar100(), compose_run(["dataset=cifar100", "recipe=apl"])
    assert config.recipe.lr / whole.recipe.lr == config.scale.batch_share == 0.25


def test_own_pictures_are_audited_by_a_smaller_network_unless_a_scale_is_asked_for() -> None:
    def shares(*overrides: str) -> tuple[float, float, float]:
        scale = compose_run(["data_dir=.", *overrides], "audit").scale
        return scale.epoch_share, scale.batch_share, scale.width_share

    assert shares("dataset=folder") == (1, 0.25, 0.25)
    assert shares("dataset=folder", "scale.batch_share=1", "scale.width_share=1") == (1, 1, 1)
    assert shares("dataset=digits") == shares("dataset=folder", "model=torchvision") == (1, 1, 1)


def test_torchvisions_networks_take_own_pictures_at_their_size() -> None:
    sizes = [compose_run(["dataset=folder", "data_dir=.", "model=torchvision", *more]).dataset["image_size"]
             for more in ([], ["dataset.image_size=96"])]  # fmt: skip
    assert sizes == [224, 96]
