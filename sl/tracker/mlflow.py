"""Logs the record to MLflow, by default in a local SQLite file."""

import logging
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from sl.config.flat import flat
from sl.errors import UserError, reason
from sl.files import expanded
from sl.locks import locked
from sl.record.run import Run
from sl.record.schema import Epoch, Header, Probe
from sl.tracker.base import Pictures, Tracker, needs
from sl.tracker.run_name import data_and_noise, method_name, short_name
from sl.tracker.values import config, epoch_values, started, summary

if TYPE_CHECKING:
    from mlflow import MlflowClient

LONGEST_VALUE = 6000  # characters of a parameter; this limit and the next are MLflow's own
LONGEST_NAME = 250


class MlflowTracker(Tracker):
    """One MLflow run for each training run, in `experiment`; MLflow's step is the epoch.

    `uri` is the store, such as sqlite:///mlflow.db or a server's address. A new experiment keeps its files in
    `artifacts`, unless that is null. The tag `identity` names the record: logging a run again deletes the earlier
    MLflow run of the same identity (mlflow gc removes it for good). Raises UserError if mlflow is not installed.
    """

    def __init__(self, uri: str, experiment: str, artifacts: str | None = None) -> None:
        needs("mlflow", "mlflow")
        self.uri, self.experiment = uri, experiment
        self.artifacts = None if artifacts is None else expanded("artifacts", artifacts).absolute().as_uri()
        self._client: MlflowClient | None = None

    def start(self, header: Header, path: Path, resumed: int = 0) -> None:
        """Open the MLflow run, with the configuration as its parameters.

        Raises UserError if `uri` is no store, and ConnectionError if the server does not answer or takes no data.
        """
        self._header, self._epochs = header, list[Epoch]()
        run = Run(header)
        tags = {"identity": header.identity, "mlflow.source.git.commit": header.provenance.commit or "unknown"}
        tags |= {"group": data_and_noise(run), "job_type": method_name(run)}
        self._open(short_name(run), tags, started(header))
        from mlflow.entities import Param

        values = {key: str(value)[:LONGEST_VALUE] for key, value in flat(config(header)) if value is not None}
        parameters = [Param(key, value) for key, value in zip(_names(values), values.values(), strict=True)]
        with self._taking():
            for first in range(0, len(parameters), 100):  # as many as MLflow takes at once
                self.client.log_batch(self._id, params=parameters[first : first + 100])

    def epoch(self, line: Epoch) -> None:
        """Log every number of the epoch."""
        self._epochs.append(line)
        self._log(epoch_values(self._header, line), line.epoch)

    def probe(self, line: Probe) -> None:
        """Keep the confusion matrix as counts and as an image."""
        from sl.tracker.confusion_figure import confusion

        name = f"confusion/{line.stage}"
        with self._taking():
            self.client.log_dict(self._id, line.model_dump(), f"{name}.json")
            self.client.log_figure(self._id, confusion(self._header, line), f"{name}.png")

    def close(self, finished: bool) -> None:
        """Log the summary and end the run."""
        self._log(summary(self._header, self._epochs), len(self._epochs))
        with self._taking():
            self.client.set_terminated(self._id, "FINISHED" if finished else "FAILED", _milliseconds(self.clock()))

    def pictures(self, name: str, images: Pictures) -> None:
        """Keep the images as artifacts of a run called `name`."""
        identity = name.replace("'", "%27")  # MLflow cannot search for a text with this sign
        self._open(name, {"identity": identity, "job_type": "figures"}, self.clock())
        with self._taking():
            for path in images.values():
                self.client.log_artifact(self._id, str(path), "figures")
            self.client.set_terminated(self._id, "FINISHED", _milliseconds(self.clock()))

    @property
    def client(self) -> "MlflowClient":
        """MLflow's client for the store, made at the first use."""
        if self._client is None:
            from mlflow import MlflowClient

            for name in ("mlflow", "alembic"):  # they log every step of making the tables
                logging.getLogger(name).setLevel(logging.WARNING)
            self._client = MlflowClient(tracking_uri=self.uri)
        return self._client

    def _open(self, name: str, tags: dict[str, str], began: float) -> None:
        """Open an MLflow run with these tags, and delete earlier ones of the same identity."""
        experiment = self._experiment_id()
        with self._taking():
            for earlier in self.client.search_runs([experiment], f"tags.identity = '{tags['identity']}'"):
                self.client.delete_run(earlier.info.run_id)
            run = self.client.create_run(experiment, start_time=_milliseconds(began), run_name=name, tags=tags)
        self._id: str = run.info.run_id

    @contextmanager
    def _taking(self) -> Iterator[None]:
        """Inside the block, an error of the store, such as a full disk, becomes a ConnectionError."""
        from mlflow.exceptions import MlflowException

        try:
            yield
        except MlflowException as error:
            said = str(error).splitlines()[0]  # later lines hold the SQL statement
            raise ConnectionError(f"tracker.mlflow.uri={self.uri} cannot be read or written: {said}") from error

    def _experiment_id(self) -> str:
        """The id of the experiment. The first run makes the experiment, and the tables of a new SQLite file."""
        file = Path(self.uri.removeprefix("sqlite:///"))
        alone = locked(file) if self.uri.startswith("sqlite:///") else nullcontext()
        with alone, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # users cannot change how MLflow calls SQLAlchemy
            try:
                known = self.client.get_experiment_by_name(self.experiment)
                return known.experiment_id if known else self.client.create_experiment(self.experiment, self.artifacts)
            except OSError:
                raise
            except Exception as error:  # from MLflow or its database, or because a database's package is missing
                said = reason(getattr(error, "orig", error))
                if self.uri.startswith(("http://", "https://")):
                    raise ConnectionError(f"tracker.mlflow.uri={self.uri} does not answer: {said}") from error
                rule = f"must be an address that MLflow can use ({said})"
                raise UserError("tracker.mlflow.uri", self.uri, rule) from error

    def _log(self, values: Mapping[str, float | str], step: int) -> None:
        from mlflow.entities import Metric

        moment = _milliseconds(self.clock())
        numbers = {key: value for key, value in values.items() if not isinstance(value, str)}
        named = zip(_names(numbers), numbers.values(), strict=True)
        metrics = [Metric(key, value, moment, step) for key, value in named]
        with self._taking():
            for first in range(0, len(metrics), 500):
                self.client.log_batch(self._id, metrics=metrics[first : first + 500])


def _names(keys: Iterable[str]) -> list[str]:
    """The keys with characters that MLflow forbids in names replaced; all differ. Only the slash after `class` stays.

    >>> _names(["class/0 a/b", "skipped.jpg~", "skipped.jpg#", "skipped.jpg!"])
    ['class/0 a_b', 'skipped.jpg_', 'skipped.jpg_ 2', 'skipped.jpg_ 3']
    """
    found: list[str] = []
    for key in keys:
        place = "class/" if key.startswith("class/") else ""
        name = (place + re.sub(r"[^\w.: -]", "_", key.removeprefix(place)))[:LONGEST_NAME]
        numbered = (f"{name[: LONGEST_NAME - 5]} {number}" for number in count(2))
        found.append(name if name not in found else next(other for other in numbered if other not in found))
    return found


def _milliseconds(seconds: float) -> int:
    return round(1000 * seconds)
