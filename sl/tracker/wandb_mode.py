"""Decides, without network and without a question, whether a run goes to the W&B server."""

from typing import Literal

import wandb

from sl.errors import UserError
from sl.tracker.wandb_notice import in_one_line, notice

Mode = Literal["online", "offline", "disabled"]


def resolve_mode(asked: str) -> Mode:
    """The mode of a run for which `asked` (auto, online, offline or disabled) is configured.

    `auto` follows WANDB_MODE where it is set and is otherwise online for those who are logged in (WANDB_API_KEY,
    netrc or W&B's settings), offline for others. Raises UserError for online without a login.
    """
    if asked == "offline":
        return "offline"
    settings = wandb.setup(wandb.Settings(silent=True)).settings
    if asked == "disabled" or (asked == "auto" and settings.mode == "disabled"):
        return "disabled"
    login, problem = False, "no login was found (wandb login, or WANDB_API_KEY), or WANDB_MODE rules it out"
    try:
        login = wandb.login(prompt=False, verify=False)
    except wandb.Error as error:  # a key that cannot be one
        problem = in_one_line(error)
        notice(problem)
    if login:
        return "online"
    if asked == "online":
        raise UserError("tracker.mode", "online", f"must be auto, offline or disabled: {problem}")
    return "offline"
