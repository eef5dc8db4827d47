"""Whoever has no login is never asked for one."""

import sys
from pathlib import Path

import pytest
from terminal import in_terminal
from told_run import make_header, tell

from sl.errors import UserError
from sl.tracker import WandbTracker
from sl.tracker.wandb_run import resolve_mode

KEY = "0" * 40
SCRIPT = """
import signal, sys
signal.alarm(300)  # a question would wait for ever: nobody answers
sys.path.insert(0, {folder!r})
from told_run import make_header, tell
from sl.tracker import WandbTracker
tell([WandbTracker("project")], make_header(), epochs=2)
"""


@pytest.mark.parametrize(
    ("variables", "asked", "mode"),
    [
        ({}, "auto", "offline"),
        ({}, "offline", "offline"),
        ({}, "disabled", "disabled"),
        ({"WANDB_API_KEY": KEY}, "auto", "online"),
        ({"WANDB_API_KEY": KEY}, "online", "online"),
        ({"WANDB_API_KEY": KEY}, "offline", "offline"),
        ({"WANDB_API_KEY": KEY, "WANDB_MODE": "offline"}, "auto", "offline"),
        ({"WANDB_API_KEY": KEY, "WANDB_MODE": "disabled"}, "auto", "disabled"),
        ({"WANDB_MODE": "online"}, "auto", "offline"),
        ({"WANDB_MODE": "disabled"}, "offline", "offline"),
        ({"WANDB_API_KEY": "too-short"}, "auto", "offline"),
    ],
)
def test_mode_follows_login_and_environment(
    variables: dict[str, str], asked: str, mode: str, no_login: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        no_login.setenv(name, value)
    assert resolve_mode(asked) == mode


def test_a_key_in_netrc_is_a_login(no_login: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine api.wandb.ai\n  login user\n  password {KEY}\n")
    netrc.chmod(0o600)
    no_login.setenv("NETRC", str(netrc))
    assert resolve_mode("auto") == "online"


@pytest.mark.parametrize("variables", [{}, {"WANDB_API_KEY": "too-short"}])
def test_online_without_a_login_is_refused(variables: dict[str, str], no_login: pytest.MonkeyPatch) -> None:
    for name, value in variables.items():
        no_login.setenv(name, value)
    with pytest.raises(UserError, match=r"^tracker\.wandb\.mode=online: must be auto, offline or disabled: .*"):
        WandbTracker("project", mode="online").start(make_header(), Path("x.jsonl"))
    with pytest.raises(UserError, match=r"^tracker\.wandb\.mode=online: must be auto, offline or disabled: .*"):
        WandbTracker("project", mode="online").holds(make_header())


def test_settings_that_wandb_cannot_read_end_a_replay(no_login: pytest.MonkeyPatch) -> None:
    no_login.setenv("WANDB_BASE_URL", "no address")
    with pytest.raises(UserError, match=r"^tracker\.wandb: W&B cannot read its settings: base_url=no address: "):
        WandbTracker("project").holds(make_header())


def test_disabled_writes_nothing(no_login: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tell([WandbTracker("project", mode="disabled")], make_header())
    assert not (tmp_path / "wandb").exists()


@pytest.mark.usefixtures("no_login")
def test_nobody_is_asked_on_a_terminal() -> None:
    sent = in_terminal(sys.executable, "-c", SCRIPT.format(folder=str(Path(__file__).parent))).strip()
    assert len(sent.splitlines()) == 1
    assert sent.startswith("W&B: offline run in wandb/offline-run-")
