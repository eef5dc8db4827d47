import inspect
from pathlib import Path

import pytest
from hydra.utils import get_class
from omegaconf import OmegaConf

FILES = sorted((Path(__file__).parents[2] / "configs" / "noise").glob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_file_sets_exactly_the_parameters_of_its_class(file: Path) -> None:
    node = OmegaConf.load(file)
    parameters = inspect.signature(get_class(node._target_)).parameters
    assert set(node) - {"_target_", "shown"} == set(parameters)


def test_there_is_a_file_for_every_kind() -> None:
    assert [file.stem for file in FILES] == ["asymmetric", "human", "matrix", "none", "symmetric"]
