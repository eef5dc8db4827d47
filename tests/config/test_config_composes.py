"""Every file in configs/ composes, and everything it names can be built."""

from collections.abc import Iterator
from dataclasses import asdict, fields
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch
from hydra import compose
from hydra.plugins.launcher import Launcher
from hydra.utils import instantiate

from sl.config.build import build
from sl.config.compose import compose_run, hydra_ready
from sl.config.groups import GROUPS, choices
from sl.train.device import asked_threads
from sl.train.options import RunConfig

SIZES = {
    "digits": (10, (1, 8, 8)),
    "mnist": (10, (1, 28, 28)),
    "cifar10": (10, (3, 32, 32)),
    "cifar100": (100, (3, 32, 32)),
    "folder": (2, (3, 32, 32)),
    "clothing1m": (14, (3, 224, 224)),
}


@pytest.fixture(scope="module", autouse=True)
def hydra() -> Iterator[None]:
    """Once for all."""
    with hydra_ready():
        yield


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


@pytest.mark.parametrize("name", choices("recipe_preset"))
def test_every_preset_belongs_to_a_recipe_and_a_data_set(name: str) -> None:
    assert name in {f"{recipe}_{dataset}" for recipe, dataset in product(choices("recipe"), SIZES)}


@pytest.mark.parametrize("name", choices("scale_preset"))
def test_every_preset_of_scale_belongs_to_a_scale_and_a_data_set(name: str) -> None:
    assert name in {f"{scale}_{dataset}" for scale, dataset in product(choices("scale"), SIZES)}


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


@pytest.mark.parametrize("name", choices("audit_preset"))
def test_every_preset_of_audits_belongs_to_a_scale_a_data_set_and_a_model(name: str) -> None:
    assert name in {"_".join(chosen) for chosen in product(choices("scale"), SIZES, choices("model"))}


@pytest.mark.parametrize("name", choices("input_preset"))
def test_every_input_preset_belongs_to_a_model_and_a_data_set(name: str) -> None:
    assert name in {f"{model}_{dataset}" for model, dataset in product(choices("model"), SIZES)}


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
