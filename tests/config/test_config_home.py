"""The home folder of a user who does not exist is one line, whichever option names it, and makes no folder."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sl.command_line import read_options
from sl.config.compose import compose_config, compose_run
from sl.data import Clothing1M, ImageFolder
from sl.errors import UserError
from sl.models.pretrained import find_weights
from sl.noise.matrix_file import read_matrix
from sl.replay.command import track
from sl.tracker.csv_files import CsvTracker
from sl.tracker.wandb import WandbTracker

NOBODY = "~no-such-user/x"


def with_a_path(model: Path) -> None:
    """Has an option that is a path."""


@pytest.mark.parametrize(
    ("option", "use"),
    [
        ("data_dir", lambda: ImageFolder("mine", NOBODY, 8)),
        ("labels", lambda: ImageFolder("mine", ".", 8, labels=NOBODY)),
        ("cache_dir", lambda: Clothing1M(".", cache_dir=NOBODY)),
        ("noise.path", lambda: read_matrix(f"{NOBODY}.csv", "noise.path")),
        ("model.weights", lambda: find_weights("resnet18", f"{NOBODY}.pth")),
        ("dir", lambda: CsvTracker(NOBODY)),
        ("runs_dir", lambda: compose_run([f"runs_dir='{NOBODY}'"])),
        ("runs", lambda: track(compose_config(["tracker=csv", f"runs='{NOBODY}'"], "track"))),
        ("model", lambda: read_options(with_a_path, [NOBODY])),
    ],
)
def test_a_user_who_does_not_exist(option: str, use: Callable[[], object]) -> None:
    with pytest.raises(UserError, match=rf"^{option}={NOBODY}.*: there is no such user; a name"):
        use()


def test_wandb_too() -> None:
    pytest.importorskip("wandb", reason="wandb is not installed: pip install -e '.[wandb]'")
    with pytest.raises(UserError, match=rf"^dir={NOBODY}: there is no such user"):
        WandbTracker("mine", dir=NOBODY)
