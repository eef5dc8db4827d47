"""The W&B run of a training run: whether it is sent to the server, how it is opened, and the charts of a probe.

It imports wandb, which takes a second or two, so other modules import it only where they use W&B.
"""

import contextlib
from typing import Any, Literal

import wandb
from pydantic import ValidationError

from sl.errors import UserError
from sl.record.run import Run
from sl.record.schema import Header, Probe
from sl.say import say
from sl.tracker.run_name import data_and_noise, method_name, short_name
from sl.tracker.values import MOST_CLASSES, config

Mode = Literal["online", "offline", "disabled"]
INIT_TIMEOUT = 30.0  # seconds to wait for the server's answer
FINISH_TIMEOUT = 120.0  # seconds to wait until the rest of a run has reached the server
CONFUSION_CHART = "wandb/confusion_matrix/v1"  # W&B's own chart, and the columns of its table
CONFUSION_COLUMNS = {name: name for name in ("Actual", "Predicted", "nPredictions")}
failed_servers: set[str] = set()  # servers on which this process could not open a run


def print_note(text: str) -> None:
    """Print `text` with the prefix "W&B: "."""
    say(f"W&B: {text}")


def in_one_line(error: Exception) -> str:
    """The first line of the message of `error`, or its type if the message is empty.

    For wrong settings of W&B: name, value and reason of each.

    >>> in_one_line(TimeoutError()), in_one_line(OSError("No space left on device"))
    ('TimeoutError', 'No space left on device')
    """
    if isinstance(error, ValidationError):  # of W&B's settings: its first line only counts them
        wrong = error.errors(include_url=False)
        return "; ".join(f"{'.'.join(map(str, one['loc']))}={one['input']}: {one['msg']}" for one in wrong)
    return (str(error).splitlines() or [""])[0] or type(error).__name__


def resolve_mode(asked: str) -> Mode:
    """The mode of a run for the configured mode `asked` (auto, online, offline or disabled).

    `auto` follows WANDB_MODE if that is set. Otherwise it is online for a user who is logged in (WANDB_API_KEY, netrc
    or W&B's settings), and offline for others. The function never prompts and uses no network. Raises UserError for
    online without a login.
    """
    if asked == "offline":
        return "offline"
    settings = wandb.setup(wandb.Settings(silent=True)).settings
    if asked == "disabled" or (asked == "auto" and settings.mode == "disabled"):
        return "disabled"
    login, problem = False, "no login was found (wandb login, or WANDB_API_KEY), or WANDB_MODE rules it out"
    try:
        login = wandb.login(prompt=False, verify=False)
    except wandb.Error as error:  # an API key of a wrong form
        problem = in_one_line(error)
        print_note(problem)
    if login:
        return "online"
    if asked == "online":
        raise UserError("mode", "online", f"must be auto, offline or disabled: {problem}")
    return "offline"


def open_run(header: Header, mode: Mode, tags: list[str], live: bool, **place: str | None) -> wandb.Run:
    """Open the W&B run of a training run; it is offline if the server does not answer or refuses it.

    `place` has parameters of `wandb.init`: project, entity, group, dir. The commit is that of the record. For a `live`
    run, W&B also logs the load of this machine. A server that failed once is not tried again by this process: later
    runs to it are offline.
    """
    run = Run(header)
    place["group"] = place["group"] or data_and_noise(run)
    named = {"id": header.identity, "name": short_name(run), "job_type": method_name(run), "config": config(header)}
    facts = {"git_commit": header.provenance.commit, "disable_git": True, "x_disable_stats": not live}
    return open_named(mode, [*tags, f"scale-{header.scale.name}"], {**place, **named}, **facts)


def open_named(mode: Mode, tags: list[str], named: dict[str, Any], **facts: Any) -> wandb.Run:
    """Open a W&B run with the parameters `named` of `wandb.init` and the settings `facts`; offline as in `open_run`."""
    server = str(wandb.setup(wandb.Settings(silent=True)).settings.base_url)
    mode = "offline" if server in failed_servers else mode
    facts |= {
        "silent": True,
        "console": "off",  # else the live line would fill W&B's log
        "finish_timeout": FINISH_TIMEOUT,
        "finish_timeout_raises": True,
    }
    # Offline no server has to answer: a busy machine gets W&B's own time limit, which is longer.
    answering: dict[str, Any] = {} if mode == "offline" else {"init_timeout": INIT_TIMEOUT}
    # Without finish_previous the next run of a sweep in this process would be given this one.
    options = {"tags": tags, "reinit": "finish_previous", **named}
    try:
        run = wandb.init(mode=mode, settings=wandb.Settings(**facts, **answering), **options)
    except wandb.Error as error:
        if mode == "offline":
            raise
        failed_servers.add(server)
        print_note(f"{in_one_line(error)}; this run is kept offline")
        forget_service()  # it still holds the id
        wandb.setup(wandb.Settings(silent=True))
        run = wandb.init(mode="offline", settings=wandb.Settings(**facts), **options)
    if run.url:
        print_note(run.url)
    return run


def forget_service() -> None:
    """Stop W&B's process, whatever its state, so that the next run starts a new one."""
    with contextlib.suppress(Exception, SystemExit):  # teardown exits with the code of a crashed process
        wandb.teardown(exit_code=1)
    wandb.run = None  # as after the end of a run: W&B does not look for a login while a run seems open


def charts(class_names: list[str], line: Probe) -> dict[str, Any]:
    """Charts of a probe by name: the test confusion matrix, and the probed class's mean confidence as a bar per class.

    The table of the bars also has the number of the class's examples predicted as each class. There are no bars if no
    label of the probed class is right, and no charts for more than 100 classes: W&B needs a row for each cell and bar.
    """
    stage, epoch, probed = line.stage, line.epoch, class_names[line.probe_class]
    if len(class_names) > MOST_CLASSES:
        return {}
    counts = [
        [true, predicted, count]
        for true, row in zip(class_names, line.confusion, strict=True)
        for predicted, count in zip(class_names, row, strict=True)
    ]
    cells = wandb.Table(columns=list(CONFUSION_COLUMNS), data=counts)
    title = {"title": f"Test set, {stage} (epoch {epoch})"}
    found: dict[str, Any] = {f"confusion/{stage}": wandb.plot_table(CONFUSION_CHART, cells, CONFUSION_COLUMNS, title)}
    if line.confidence is None or line.predictions is None:
        return found
    table = wandb.Table(
        columns=["class", "confidence", "predictions"],
        data=[list(row) for row in zip(class_names, line.confidence, line.predictions, strict=True)],
    )
    text = f"Mean confidence for rightly labelled {probed}, {stage} (epoch {epoch})"
    return {**found, f"confidence/{stage}": wandb.plot.bar(table, "class", "confidence", title=text)}
