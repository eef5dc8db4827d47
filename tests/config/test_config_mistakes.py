"""Every mistake on the command line of `sl train`: exit code 2 and one line that names it as it was typed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from refused_folder import refuse

Command = Callable[..., Any]  # returns an Outcome (conftest.py)

# Arguments, and what the line says: from its start where that is the option as typed.
MISSPELT = [
    ("recipe.epohcs=3", "recipe.epohcs=3: there is no such option; did you mean epochs?"),
    ("noise.rate=0.4", "noise.rate=0.4: this option comes only with noise=asymmetric or noise=symmetric"),
    ("+loss.foo=1", "loss.foo=1: there is no such option; must be one of alpha, beta, log_zero, p_min, reduction"),
    ("++recipe.x=1", "recipe.x=1: there is no such option; must be one of batch_size,"),
    (
        "dataset=cifr10",
        "dataset=cifr10: did you mean cifar10? must be one of cifar10, cifar100, clothing1m, digits,",
    ),
    (
        "model=resnet50",
        "model=resnet50: did you mean model=torchvision model.name=resnet50? must be one of cnn4, cnn8,",
    ),
    ("loss=SCE", "loss=SCE: did you mean sl? must be one of "),
    ("~holdout", "holdout: is null, so this removes nothing"),
    ("recipe.model=cnn4", "recipe.model=cnn4: must be a class of sl.models"),
    ("recipe.sl.alpha=0 recipe.sl.beta=0", "recipe.sl.alpha=0: must be above 0 where beta=0.0: the loss would be 0"),
    ("model=resnet45", "model=resnet45: did you mean resnet44? must be one of "),
    ("hydra/launcher=jobli", "hydra/launcher=jobli: did you mean joblib? must be one of basic, joblib, slurm,"),
    ("loss=null", "loss=null: is required; must be one of "),
    (
        "experiment=fig1",
        "experiment=fig1: this command has no such group of choices; "
        "must be one of dataset, noise, recipe, model, loss, scale, runtime, tracker",
    ),
]
VALUES = [
    ("noise=asymmetric", "noise=asymmetric: has no map for dataset=digits, only for mnist, cifar10,"),
    ("loss=sl loss.alpha=0 loss.beta=0", "loss.alpha=0: must be above 0 where beta=0: the loss would be 0 whatever"),
    ("noise=human", "noise=human: has no labels for dataset=digits, only for cifar10, cifar100"),
    ("probe.label=cow", "probe.label=cow: must be a number from 0 to 9 or one of 0, 1,"),
    ("runtime.device=cuda:99", "runtime.device=cuda:99: must be auto"),
    ("runtime.device=banana", "runtime.device=banana: must be auto, cpu, cuda or cuda:N"),
]
MISSING = [
    ("noise=matrix", "noise.path=FILE: is required, a matrix that ends in .npy, .csv, .txt"),
    ("noise=matrix noise.path=nowhere.csv", "noise.path=nowhere.csv: cannot be read as a matrix of numbers: No such"),
    ("dataset=folder", "data_dir: is required: data_dir=FOLDER, the folder of your pictures"),
    ("dataset=folder data_dir=mine", "data_dir=mine: there is no folder mine; pictures lie in"),
    ("dataset=mnist dataset.download=false", "data/MNIST/raw/train-images-idx3-ubyte is missing: set"),
]
SYNTAX = [
    ("seed", "seed: must be option=value; --help lists the options"),
    ("help", "help: must be option=value; --help lists the options"),
    ("loss=[ce", "loss=[ce: must be option=value"),
    (
        "noise.rate=ä",
        "noise.rate=ä: must be option=value; a value with = , ~ or blanks must be in quotes: \"noise.rate='ä'\"",
    ),
    ("loss=ce,sl", "loss=ce,sl: several values are a sweep, add -m to train each; a list is written [a,b]"),
    (
        "data_dir=a,b",
        "data_dir=a,b: several values are a sweep, add -m to train each; a list is written [a,b]; "
        "a comma in a path or name: \"data_dir='a,b'\"",
    ),
    ("recipe.epochs=2 seed=1 recipe.epochs=1.5", "recipe.epochs=1.5: must be a whole number"),
    ("+loss=ce", "loss=ce: has a choice already; leave out the + to make another"),
    ("--config-dir=nowhere", "--config-dir=nowhere: Additional config directory"),
    ("--resolve", "--resolve: The --resolve flag can only be used"),
]


@pytest.mark.parametrize(("arguments", "line"), MISSPELT + VALUES + MISSING + SYNTAX)
def test_a_mistake_is_one_line(arguments: str, line: str, train: Command) -> None:
    assert train(*arguments.split(" ")).mistake.startswith(line)


def test_no_mistake_leaves_anything_behind(train: Command, tmp_path: Path) -> None:
    assert train("loss.alpha=-1").mistake
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("arguments", [["--seed", "3"], ["--seed=3"], ["loss=ce", "-seed", "3", "-m"]])
def test_an_option_written_as_a_flag(train: Command, arguments: list[str]) -> None:
    said = "seed: options are written seed=3; sl command --help lists them"
    assert train(*arguments).mistake.lstrip("-") == said


@pytest.mark.parametrize("arguments", [["--fast"], ["--fast", "loss=ce"], ["--fast", "-m"]])
def test_a_flag_that_does_not_exist(train: Command, arguments: list[str]) -> None:
    assert train(*arguments).mistake == "--fast: options are written fast=VALUE; sl command --help lists them"


def test_a_flag_of_hydra_without_its_value(train: Command) -> None:
    assert train("--cfg").mistake == "argument --cfg/-c: expected one argument; --hydra-help lists the flags"
    assert train("--cfg", "x").mistake.startswith("argument --cfg/-c: invalid choice: 'x' (choose from ")


@pytest.mark.parametrize(
    "arguments", ["--help", "-h", "--hydra-help", "--cfg job seed=3", "-c hydra -p hydra.job", "--info"]
)
def test_the_flags_of_hydra_still_work(train: Command, arguments: str) -> None:
    outcome = train(*arguments.split(" "))
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
def test_cuda_where_there_is_none(train: Command) -> None:
    line = train("runtime.device=cuda").mistake
    assert line == "runtime.device=cuda: must be auto or cpu: this machine has 0 CUDA devices"


def test_a_matrix_of_another_size(train: Command, tmp_path: Path) -> None:
    np.savetxt(tmp_path / "small.csv", np.eye(3), delimiter=",")
    line = train("noise=matrix", "noise.path=small.csv").mistake
    assert line == "noise.path=small.csv: it is a 3 x 3 matrix, must be 10 x 10 on dataset=digits"


def test_pairs_that_only_the_data_tell(train: Command, data_dir: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "ten.npy", np.eye(10))
    line = train("dataset=mnist", "noise=human", f"data_dir={data_dir}").mistake
    assert line == "noise=human: has no labels for dataset=mnist, only for cifar10, cifar100"
    line = train("dataset=cifar100", "noise=matrix", "noise.path=ten.npy", f"data_dir={data_dir}").mistake
    assert line == "noise.path=ten.npy: it is a 10 x 10 matrix, must be 100 x 100 on dataset=cifar100"


def test_a_damaged_data_file(train: Command, tmp_path: Path) -> None:
    raw = tmp_path / "data/MNIST/raw"
    raw.mkdir(parents=True)
    for part in ("train", "t10k"):
        for kind in ("images-idx3", "labels-idx1"):
            (raw / f"{part}-{kind}-ubyte").write_bytes(b"damaged")
    line = train("dataset=mnist", "dataset.download=false").mistake
    assert line.startswith("data/MNIST/raw/train-images-idx3-ubyte is damaged: its md5 is ")


@pytest.mark.parametrize("option", ["runs_dir", "checkpoints_dir"])
def test_a_folder_that_is_a_file(option: str, train: Command, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    short = ("recipe.epochs=1", "scale.train_share=0.1", "runtime.threads=1", "runtime.precision=float32")
    line = train(f"{option}=file", "dataset=digits", *short).mistake
    assert line.startswith(f"{option}=file: must be a folder")
    assert line.endswith(("Not a directory", "File exists"))


@pytest.mark.parametrize("choices", ["dataset=mnist", "dataset=cifar10 noise=human noise.name=worse_label"])
def test_data_in_a_file(choices: str, train: Command, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert train(*choices.split(), "data_dir=file").mistake == "data_dir=file: must be a folder, and is a file"


def test_a_folder_whose_name_the_system_refuses(train: Command) -> None:
    assert "File name too long" in train("dataset=mnist", f"data_dir={'x' * 300}").mistake


def test_a_file_of_labels_where_its_pictures_are_asked_for(train: Command, tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("path,label\n")
    line = train("dataset=folder", "data_dir=labels.csv").mistake
    assert line.endswith("must be a folder, and is a file; a file of labels is dataset.labels=FILE")


def test_a_folder_that_must_not_be_written(train: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine").mkdir()
    refuse(monkeypatch, tmp_path / "mine")
    line = train("checkpoints_dir=mine/checkpoints").mistake
    assert line.startswith("checkpoints_dir=mine/checkpoints: ")
    assert "Permission denied" in line


def test_records_where_a_file_stands(train: Command, tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs/digits").touch()
    short = ("recipe.epochs=1", "scale.train_share=0.1", "runtime.threads=1", "runtime.precision=float32")
    assert train("runs_dir=runs", *short).mistake.startswith("runs_dir=runs: must be a folder")


@pytest.mark.parametrize("folder", ["my_pictures", "Käfer (1)"])
def test_a_folder_without_its_option(folder: str, train: Command, reproduce: Command, tmp_path: Path) -> None:
    (tmp_path / folder).mkdir()
    typed = {"my_pictures": "data_dir=my_pictures", "Käfer (1)": "'data_dir=Käfer (1)'"}[folder]
    assert train(folder).mistake == f"{folder}: must be option=value; did you mean dataset=folder {typed}?"
    assert reproduce(folder).mistake == f"{folder}: must be option=value; --help lists the options"
