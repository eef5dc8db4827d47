"""The files of CIFAR-N: human labels of CIFAR-10 and CIFAR-100 (Wei et al., ICLR 2022; licence CC BY-NC 4.0)."""

import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy._core.multiarray import _reconstruct
from torch import Tensor

from sl.checks import one_of
from sl.errors import UserError

ORIGIN = "https://github.com/UCSC-REAL/cifar-10-100n/raw/main/data"
FOLDER = "cifar-n"
CLEAN_COLUMN = "clean_label"


@dataclass(frozen=True)
class HumanFile:
    """One published file: its hash, and the columns of human labels by the name this project gives them."""

    file_name: str
    sha256: str
    columns: dict[str, str]

    def path(self, data_dir: str | Path) -> Path:
        """The file below `data_dir`, downloaded if it is not there; raises UserError in one line if that fails."""
        from sl.data.disk import folder  # here: importing a noise model or a loss brings no data sources
        from sl.data.download import fetch

        target = folder("data_dir", data_dir) / FOLDER / self.file_name
        return fetch([f"{ORIGIN}/{self.file_name}"], target, f"sha256:{self.sha256}")


FILES = {
    "cifar10": HumanFile(
        "CIFAR-10_human.pt",
        "873e69c39cb9b5e97fb6bae2d60bb59b38a5cbc31d2b868f7903dcb2b9dd2310",
        {
            "aggregate": "aggre_label",  # the majority of three annotators
            "random1": "random_label1",
            "random2": "random_label2",
            "random3": "random_label3",
            "worst": "worse_label",  # a wrong label of the three, if there is one
        },
    ),
    "cifar100": HumanFile(
        "CIFAR-100_human.pt",
        "bd2d80409754d420292d622e15e25248ba21e37d27429efac49c8da723f44394",
        {"fine": "noisy_label"},
    ),
}


def read_columns(path: str | Path, *columns: str) -> tuple[Tensor, ...]:
    """Columns of a CIFAR-N file, (50000,) int64 each, in the order of the training set's files.

    The file is a pickle, which could run any code: only numpy arrays of integers are accepted.
    Raises UserError for a file that is missing or holds anything else, and for a column that it does not have.
    """
    from sl.data.disk import reading  # here, as above

    # The file names `_reconstruct` as numpy did before version 2.
    array: list[Any] = [
        (_reconstruct, "numpy.core.multiarray._reconstruct"),
        np.ndarray,
        np.dtype,
        type(np.dtype("int64")),
    ]
    try:
        with reading(Path(path)), torch.serialization.safe_globals(array):
            content = torch.load(path, weights_only=True)
        return tuple(torch.from_numpy(content[one_of("column", column, content.keys())]) for column in columns)
    except (pickle.UnpicklingError, RuntimeError, EOFError, AttributeError, TypeError):
        raise UserError(f"{path}: refused: it must hold arrays of labels only") from None
