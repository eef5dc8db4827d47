import inspect
from pathlib import Path

import pytest
from hydra.utils import get_class, instantiate
from omegaconf import OmegaConf

FILES = sorted((Path(__file__).parents[2] / "configs" / "dataset").glob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_file_names_exactly_what_its_source_takes(file: Path, tmp_path: Path) -> None:
    config = OmegaConf.create({"data_dir": str(tmp_path), "dataset": OmegaConf.load(file)})
    config.dataset.pop("shown", None)  # how it is shown: no part of the run
    source = get_class(config.dataset._target_)
    parameters = set(inspect.signature(source).parameters)
    assert set(config.dataset) == parameters | {"_target_"}
    assert isinstance(instantiate(config.dataset), source)


def test_there_is_a_file_for_every_source() -> None:
    assert [file.stem for file in FILES] == ["cifar10", "cifar100", "clothing1m", "digits", "folder", "mnist"]
