"""The wheel and the source distribution, installed in empty environments and used in empty folders."""

import json
import re
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from environments import environment

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
MOVED = {"configs/": "sl/configs/", "results/paper/": "sl/published/", "sl/": "sl/"}
HELPERS = {"sl", "sl.array_like", "sl.asymmetric_variants", "sl.checks", "sl.errors", "sl.transition_matrix"}
MOST_MICROSECONDS = 50_000
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the source distribution and the wheel that is made from it."""
    out = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return out


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (path,) = built.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def base(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return environment(tmp_path_factory.mktemp("base"), wheel)


@pytest.fixture(scope="module")
def trainer(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return environment(tmp_path_factory.mktemp("trainer"), wheel, ["train"])


@pytest.fixture(scope="module")
def reproducer(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return environment(tmp_path_factory.mktemp("reproducer"), wheel, ["train", "results"])


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a program of an environment in an empty folder, and nothing of this checkout on its path."""

    def run(program: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": f"{program.parent}:/usr/bin:/bin", "HOME": str(tmp_path), "OMP_NUM_THREADS": "1"}
        command = [str(program), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, env=environment)

    return run


def wanted() -> set[str]:
    """The files of the checkout that an installed copy needs."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *MOVED]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return set(listed.stdout.split())


def test_both_hold_every_file_that_is_needed(built: Path, wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}
    moved = {re.sub(r"^(configs/|results/paper/|sl/)", lambda at: MOVED[at[0]], name) for name in wanted()}
    assert inside == moved
    (source,) = built.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert names >= wanted() | {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "requirements.txt"}


def test_the_source_distribution_installs(built: Path, tmp_path: Path) -> None:
    (source,) = built.glob("*.tar.gz")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--target", str(tmp_path), str(source)], check=True, capture_output=True)
    assert (tmp_path / "sl" / "configs" / "config.yaml").is_file()


def test_a_loss_brings_only_losses_and_in_no_time(base: Path, run: Run) -> None:
    """The time is the sum over the modules of their own least time of five: a busy machine interrupts some of them."""
    least: dict[str, int] = {}
    for _ in range(5):
        done = run(base / "python", "-X", "importtime", "-c", "import torch; import sl.losses")
        assert done.returncode == 0, done.stderr
        for own, name in re.findall(r"import time: +(\d+) \| +\d+ \| +(sl[\w.]*)\n", done.stderr):
            least[name] = min(int(own), least.get(name, int(own)))
    assert {name for name in least if not name.startswith("sl.losses")} <= HELPERS
    assert sum(least.values()) < MOST_MICROSECONDS


def test_losses_work_with_the_base_alone(base: Path, run: Run) -> None:
    done = run(base / "sl", "conformance", "sl.losses:SymmetricCrossEntropy", "alpha=0.1", "beta=1", "loss=sl")
    assert done.returncode == 0, done.stderr
    assert "conforms" in done.stdout
    assert [*base.parent.glob("lib/python*/site-packages/sl/py.typed")]


@pytest.mark.parametrize(
    ("command", "extras"),
    [
        ("train", "train"), ("reproduce", "train,results"), ("search", "search"), ("audit", "audit"),
        ("choose", "results"), ("figures", "results"), ("tables", "results"), ("claims", "results"),
        ("report", "results"), ("records", "results"),
    ],
)  # fmt: skip
def test_a_missing_extra_is_one_line(base: Path, run: Run, command: str, extras: str) -> None:
    done = run(base / "sl", command, "dataset=digits")
    assert done.returncode == 2, done.stderr
    expected = rf"sl: error: \w+ is not installed: pip install 'sl-noisy-labels\[{extras}\]'\n"
    assert re.fullmatch(expected, done.stderr), done.stderr


def test_help_needs_no_extra(base: Path, run: Run) -> None:
    assert "sl train" in run(base / "sl", "--help").stdout


def test_train_and_what_it_cannot_do(trainer: Path, run: Run, tmp_path: Path) -> None:
    small = ("dataset=digits", "recipe.epochs=2")
    done = run(trainer / "sl", "train", *small, "loss=sl")
    assert done.returncode == 0, done.stderr
    (record,) = tmp_path.glob("results/runs/digits/*.jsonl")
    header = json.loads(record.read_text().splitlines()[0])
    assert header["provenance"]["commit"] is None
    assert "sl" in header["provenance"]["packages"]
    for arguments, extra in (
        (("train", *small, "loss=ce", "tracker=wandb"), "wandb"),
        (("train", *small, "loss=ce,sl", "-m", "hydra/launcher=slurm"), "slurm"),
        (("figures",), "results"),
        (("reproduce", "experiment=demo"), "train,results"),
        (("search", *small, "noise=symmetric"), "search"),
        (("audit", *small), "audit"),
    ):
        done = run(trainer / "sl", *arguments)
        assert done.returncode == 2, (arguments, done.stderr)
        assert f"pip install 'sl-noisy-labels[{extra}" in done.stderr
        assert done.stderr.count("\n") == 1, done.stderr
    assert [*tmp_path.glob("results/runs/digits/*.jsonl")] == [record]


def test_reproduce_and_draw(reproducer: Path, run: Run, tmp_path: Path) -> None:
    done = run(
        reproducer / "sl", "reproduce", "experiment=demo", "scale=paper", "jobs=1", 'overrides=["recipe.epochs=2"]'
    )
    assert done.returncode == 0, done.stderr
    assert [*tmp_path.glob("results/figures/**/*.png")]
    for command in ("figures", "tables", "claims", "report"):
        done = run(reproducer / "sl", command)
        assert done.returncode == 0, done.stderr
    assert "unknown, sl 0" in (tmp_path / "results" / "claims.md").read_text()
    assert (tmp_path / "results" / "report" / "index.html").is_file()
