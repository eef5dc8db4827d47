"""Opens W&B runs."""

import contextlib
from dataclasses import dataclass

import wandb

from sl.record.schema import Header
from sl.tracker.run_so_far import run_so_far, short_name
from sl.tracker.wandb_mode import Mode
from sl.tracker.wandb_notice import in_one_line, notice
from sl.tracker.wandb_values import config

INIT_TIMEOUT = 30.0  # seconds that a server has to answer
failed_servers: set[str] = set()  # where a run of this process could not be opened
FINISH_TIMEOUT = 120.0  # seconds that the rest of a run has to reach it


@dataclass(frozen=True)
class Place:
    """Where runs go: the parameters of `wandb.init` of these names."""

    project: str
    entity: str | None
    group: str | None
    tags: list[str]
    dir: str


def open_run(header: Header, place: Place, mode: Mode) -> wandb.Run:
    """The W&B run of a training run; offline where the server does not answer, or refuses it.

    A server that failed once is not waited for again by later runs of this process.
    """
    server = str(wandb.setup(wandb.Settings(silent=True)).settings.base_url)
    mode = "offline" if server in failed_servers else mode
    try:
        run = _init(header, place, mode)
    except wandb.Error as error:
        if mode == "offline":
            raise
        failed_servers.add(server)
        notice(f"{in_one_line(error)}; this run is kept offline")
        forget_service()  # it still holds the id
        run = _init(header, place, "offline")
    if run.url:
        notice(run.url)
    return run


def forget_service() -> None:
    """Stop W&B's process, whatever state it is in, so that the next run starts with a fresh one."""
    with contextlib.suppress(Exception, SystemExit):  # a process that crashed hands its exit code on
        wandb.teardown(exit_code=1)
    wandb.run = None  # as after a run's end: no login is looked for while a run seems open


def _init(header: Header, place: Place, mode: Mode) -> wandb.Run:
    wandb.setup(wandb.Settings(silent=True))
    return wandb.init(
        project=place.project,
        entity=place.entity,
        group=place.group,
        tags=[*place.tags, f"scale-{header.scale.name}"],
        dir=place.dir,
        mode=mode,
        id=header.identity,
        name=short_name(run_so_far(header, [])),
        config=config(header),
        reinit="finish_previous",  # otherwise the next run of a sweep in this process is given this one
        settings=wandb.Settings(
            silent=True,
            console="off",  # the live line is not for a log
            init_timeout=INIT_TIMEOUT,
            finish_timeout=FINISH_TIMEOUT,
            finish_timeout_raises=True,
        ),
    )
