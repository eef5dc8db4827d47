"""Logs the record to Weights & Biases. The record is authoritative: if something fails here, training continues."""

import os
import shlex
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sl.checks import one_of
from sl.errors import UserError, under
from sl.files import expanded
from sl.record.schema import Epoch, Header, Probe
from sl.tracker.base import Pictures, Tracker, needs
from sl.tracker.values import epoch_values, summary

if TYPE_CHECKING:
    import wandb

    from sl.tracker.wandb_run import Mode

MODES = ("auto", "online", "offline", "disabled")
WHOLE = "whole-run"  # an empty file that marks the folder of an offline run that finished
FORBIDDEN, LONGEST_PROJECT, LONGEST_TAG = "/\\#?%:", 128, 64  # W&B's own rules, copied so that it need not be imported


class WandbTracker(Tracker):
    """One W&B run for each training run; its id is the run's identity.

    `project`, `entity`, `group` and `tags` are those of `wandb.init`; a tag with the scale is added. The default
    `group` is data set and noise; the job type is `run_name.method_name`. `mode` is online, offline, disabled or auto
    (online with a login, else offline). W&B makes its folder, `wandb`, in `dir`. Raises UserError for values that W&B
    would refuse. W&B itself is imported when a run starts.
    """

    def __init__(
        self,
        project: str,
        entity: str | None = None,
        mode: str = "auto",
        group: str | None = None,
        tags: Iterable[str] = (),
        dir: str = ".",
    ) -> None:
        needs("wandb", "wandb")
        fits = isinstance(project, str) and 0 < len(project) <= LONGEST_PROJECT and not set(project) & set(FORBIDDEN)
        if not fits:
            rule = f"must be a name of 1 to {LONGEST_PROJECT} characters, none of {FORBIDDEN}"
            raise UserError("project", project, rule)
        self.mode = one_of("mode", mode, MODES)
        self.tags = _tags(tags)
        place = {"entity": _name_or_none("entity", entity), "group": _name_or_none("group", group), "dir": _folder(dir)}
        self.place: dict[str, str | None] = {"project": project, **place}
        self._run: wandb.Run | None = None

    def start(self, header: Header, path: Path, resumed: int = 0) -> None:
        """Open the W&B run; raises UserError where `mode` is online and there is no login."""
        from sl.tracker.wandb_run import open_run

        self._header, self._epochs, self.trouble = header, list[Epoch](), ""
        live = self.clock is time.time  # in a replay this machine's load is not the run's
        self._open(lambda mode: open_run(header, mode, self.tags, live, **self.place))

    def epoch(self, line: Epoch) -> None:
        """Log the epoch's metrics; W&B's step is the epoch."""
        self._epochs.append(line)
        values = {**epoch_values(self._header, line), "_timestamp": self.clock()}
        self._tell(lambda run: run.log(values, step=line.epoch))

    def probe(self, line: Probe) -> None:
        """Log the stage's confusion matrix and the probed class's confidence."""
        from sl.tracker.wandb_run import charts

        self._tell(lambda run: run.log(charts(self._header.data.class_names, line), step=line.epoch))

    def close(self, finished: bool) -> None:
        """Write the summary and close the W&B run, as failed where the training did not finish."""
        values = summary(self._header, self._epochs)
        self._tell(lambda run: run.summary.update(values))
        self._finish(finished)

    def holds(self, header: Header) -> str:
        """The folder of the finished offline run with this identity; empty if there is none, or in another mode.

        So a run that is online is overwritten. Raises UserError if W&B cannot read its settings.
        """
        from sl.tracker.wandb_run import in_one_line

        try:
            mode = self._resolved()
        except UserError:
            raise
        except Exception as error:
            raise UserError("tracker.wandb", rule=f"W&B cannot read its settings: {in_one_line(error)}") from error
        if mode != "offline":
            return ""
        return next((str(folder) for folder in self._offline(header.identity)), "")

    def pictures(self, name: str, images: Pictures) -> None:
        """Log the images to a W&B run called `name`, with job type figures."""
        import wandb

        from sl.tracker.wandb_run import open_named

        self.trouble = ""
        for earlier in self._offline(name):  # with figures of the same records, or of fewer
            shutil.rmtree(earlier)
        named = {**self.place, "id": name, "name": name, "job_type": "figures", "group": "figures"}
        self._open(lambda mode: open_named(mode, self.tags, named, disable_git=True))
        found = {f"figures/{title}": wandb.Image(str(path)) for title, path in images.items()}
        self._tell(lambda run: run.log(found))
        self._finish(True)

    def _offline(self, identity: str) -> list[Path]:
        """The folders of the finished offline runs with the id `identity`."""
        found = Path(self.place["dir"] or ".", "wandb").glob(f"offline-run-*-{identity}")
        return [folder for folder in sorted(found) if (folder / WHOLE).exists()]

    def _open(self, opened: Callable[[Any], "wandb.Run"]) -> None:
        try:
            mode = self._resolved()
            self._run = None if mode == "disabled" else opened(mode)
        except UserError:
            raise
        except Exception as error:  # an address that cannot be parsed, for instance
            self._give_up(error)

    def _resolved(self) -> "Mode":
        from sl.tracker.wandb_run import resolve_mode

        with under("tracker.wandb"):
            return resolve_mode(self.mode)

    def _finish(self, finished: bool) -> None:
        from sl.tracker.wandb_run import print_note

        if self._run is None:
            return
        offline, folder = self._run.settings.mode == "offline", self._run.settings.sync_dir
        self._tell(lambda run: run.finish(exit_code=0 if finished else 1))
        whole, self._run = finished and self._run is not None, None
        if offline:
            if whole:
                Path(folder, WHOLE).touch()
            print_note(f"offline run in {folder}; to upload it: wandb sync {shlex.quote(folder)}")

    def _tell(self, act: Callable[["wandb.Run"], Any]) -> None:
        if self._run is None:
            return
        try:
            act(self._run)
        except Exception as error:  # disk full, service gone, ...: none of these may end a training run
            self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        from sl.tracker.wandb_run import forget_service, in_one_line, print_note

        self.trouble = in_one_line(error)
        print_note(f"{self.trouble}; W&B stops logging this run; its record is not affected")
        self._run = None
        forget_service()


def _name_or_none(name: str, value: object) -> str | None:
    if value is None or (isinstance(value, str) and value.strip()):
        return value
    raise UserError(name, value, "must be a name or null")


def _tags(value: object) -> list[str]:
    found = list(value) if isinstance(value, Iterable) and not isinstance(value, str) else [value]
    names = [tag for tag in found if isinstance(tag, str) and 0 < len(tag) <= LONGEST_TAG]
    if isinstance(value, str) or len(names) < len(found):
        raise UserError("tags", value, f"must be a list of names of 1 to {LONGEST_TAG} characters")
    return names


def _folder(value: object) -> str:
    rule = "must be a folder, or a path where one can be created"
    path = str(expanded("dir", value, rule))
    if os.path.isdir(path) or not os.path.exists(path):  # false too where a name is too long
        return path
    raise UserError("dir", value, rule)
