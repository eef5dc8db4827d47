"""Mirrors the record to Weights & Biases. The record is the truth: whatever fails here, the training goes on."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sl.checks import one_of
from sl.errors import UserError
from sl.record.schema import Epoch, Header, Probe
from sl.tracker import wandb_parameters as check
from sl.tracker.wandb_notice import in_one_line, notice
from sl.tracker.wandb_values import epoch_values, summary

if TYPE_CHECKING:
    import wandb

MODES = ("auto", "online", "offline", "disabled")


class WandbTracker:
    """One W&B run for each training run; its id is the run's identity.

    `project`, `entity`, `group` and `tags` are those of `wandb.init`; the scale joins the tags. `mode` auto is online
    with a login and offline without; or online, offline, disabled. W&B's own folder, `wandb`, is made in `dir`.
    Raises UserError for what W&B would refuse. W&B itself is imported when a run starts.
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
        self.project = check.project(project)
        self.entity = check.name_or_none("entity", entity)
        self.mode = one_of("mode", mode, MODES)
        self.group = check.name_or_none("group", group)
        self.tags = check.tags(tags)
        self.dir = check.folder(dir)
        self._run: wandb.Run | None = None

    def start(self, header: Header, path: Path, resumed: int = 0) -> None:
        """Open the W&B run; raises UserError where `mode` is online and there is no login."""
        from sl.tracker.wandb_mode import resolve_mode
        from sl.tracker.wandb_run import Place, open_run

        self._header, self._epochs = header, list[Epoch]()
        try:
            mode = resolve_mode(self.mode)
            if mode == "disabled":
                return
            self._run = open_run(header, Place(self.project, self.entity, self.group, self.tags, self.dir), mode)
        except UserError:
            raise
        except Exception as error:  # an address that cannot be parsed, for instance
            self._give_up(error)

    def epoch(self, line: Epoch) -> None:
        """Log the epoch's metrics; W&B's step is the epoch."""
        self._epochs.append(line)
        values = epoch_values(self._header, line)
        self._tell(lambda run: run.log(values, step=line.epoch))

    def probe(self, line: Probe) -> None:
        """Log the stage's confusion matrix and the probed class's confidence."""
        from sl.tracker.wandb_charts import charts

        self._tell(lambda run: run.log(charts(self._header.data.class_names, line), step=line.epoch))

    def close(self, finished: bool) -> None:
        """Write the summary and close the W&B run, as failed where the training did not finish."""
        if self._run is None:
            return
        offline, folder = self._run.settings.mode == "offline", self._run.settings.sync_dir
        values = summary(self._header, self._epochs)
        self._tell(lambda run: run.summary.update(values))
        self._tell(lambda run: run.finish(exit_code=0 if finished else 1))
        self._run = None
        if offline:
            notice(f"offline run in {folder}; to upload it: wandb sync {folder}")

    def _tell(self, act: Callable[["wandb.Run"], Any]) -> None:
        if self._run is None:
            return
        try:
            act(self._run)
        except Exception as error:  # disk full, service gone, ...: nothing of it is worth a training run
            self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        from sl.tracker.wandb_run import forget_service

        notice(f"{in_one_line(error)}; W&B gets no more of this run; its record is not affected")
        self._run = None
        forget_service()
