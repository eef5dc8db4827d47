"""One recorded run and the values that follow from it; needs no torch."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sl.errors import UserError
from sl.options.held_out import parse_fold
from sl.record.noise import GIVEN, Noise, noise_of
from sl.record.schema import Config, Data, Diverged, End, Epoch, Header, Probe, Provenance, Resume, Scale, Stage, Stages

Array = NDArray[np.float64]
STAGES: tuple[Stage, ...] = ("early", "middle", "late")


def numbered(class_names: Sequence[str]) -> list[str]:
    """Number and name of each class, for axes; only the number where the name is the number too.

    >>> numbered(["cat", "1"])
    ['0 cat', '1']
    """
    return [f"{number} {name}" if name != str(number) else name for number, name in enumerate(class_names)]


def confusion_rows(data: Data) -> str:
    """What the rows of a confusion matrix are: true classes, or where these are unknown the labels as given."""
    return "label given" if data.labels == "given" else "true class"


@dataclass(frozen=True, eq=False)
class Run:
    """A run as recorded. Accuracies are shares in [0, 1]; epochs count from 1; K classes, E epochs recorded."""

    header: Header
    epochs: tuple[Epoch, ...] = ()
    probes: dict[str, Probe] = field(default_factory=dict)
    resumes: tuple[Resume, ...] = ()
    last_line: End | Diverged | None = None
    path: Path = Path()  # of the record; a tracker may build a run without one

    @property
    def identity(self) -> str:
        """Hash of what determines the result, 16 hexadecimal digits."""
        return self.header.identity

    @property
    def config(self) -> Config:
        """The resolved configuration: what determines the result."""
        return self.header.config

    @property
    def data(self) -> Data:
        """Name, classes, sizes and fingerprint of the data."""
        return self.header.data

    @property
    def scale(self) -> Scale:
        """The shares of images, epochs, batch and width that the run used, and the recipe's full length."""
        return self.header.scale

    @property
    def stages(self) -> Stages:
        """The early, middle and late epoch."""
        return self.header.stages

    @property
    def holdout(self) -> float | None:
        """The share of the training set that was held out for validation: 1/n for one of n folds; None without one."""
        if self.config.fold is not None:
            return 1 / parse_fold(self.config.fold)[1]
        return self.config.holdout or None

    @property
    def loss(self) -> dict[str, Any]:
        """The parameters of the loss by name, without its class."""
        return {name: value for name, value in self.config.loss.items() if name != "_target_"}

    @property
    def provenances(self) -> tuple[Provenance, ...]:
        """Commit, packages and device of the start and of every resumption."""
        return (self.header.provenance, *(line.provenance for line in self.resumes))

    @property
    def started(self) -> str:
        """When the run began, UTC, ISO 8601."""
        return self.header.provenance.started

    @property
    def end(self) -> End | None:
        """The last line of a run that reached its end; None for any other run."""
        return self.last_line if isinstance(self.last_line, End) and not self.diverged else None

    @property
    def complete(self) -> bool:
        """Whether the run reached its end with finite numbers; tables and figures show no other run as finished."""
        return self.end is not None

    @property
    def diverged(self) -> bool:
        """Whether the loss or a weight was not finite, or a weight reached 10,000.

        Older versions went on training then, and recorded the loss as null.
        """
        return isinstance(self.last_line, Diverged) or any(line.train_loss is None for line in self.epochs)

    @property
    def checked(self) -> bool:
        """Whether the record has a checksum, which matched when it was read; older versions wrote none."""
        return self.last_line is not None and self.last_line.sha256 is not None

    @property
    def seed(self) -> int:
        """The seed of weights, order, augmentation and noise."""
        return self.config.seed

    @property
    def class_names(self) -> list[str]:
        """The names of the K classes."""
        return self.data.class_names

    @property
    def class_labels(self) -> list[str]:
        """The K classes as `numbered` names them."""
        return numbered(self.class_names)

    def name(self, choice: str) -> str:
        """The name of a choice, such as `ce`; `choice` is dataset, noise, model, loss, recipe or scale."""
        name: str = getattr(self.config.names, choice)
        return name

    @property
    def labels_given(self) -> bool:
        """Whether it is unknown which labels of the data are right."""
        return self.data.labels == "given"

    @property
    def realised_rate(self) -> float | None:
        """The counted share of wrong labels; None for labels as given without added noise."""
        return self.header.noise.realised_rate

    @cached_property
    def noise(self) -> Noise:
        """The noise of the labels. Any kind with rate 0 is CLEAN, or GIVEN where the labels are as given."""
        if self.labels_given and self.realised_rate is None:
            return GIVEN
        return replace(noise_of(self.config), file=self.header.noise.file or "")

    def curve(self, metric: str) -> Array:
        """The field `metric` of `Epoch` at every recorded epoch, (E,); nan where it is null."""
        return np.array([getattr(line, metric) for line in self.epochs], dtype=np.float64)

    def class_curve(self) -> Array:
        """Class-wise test accuracy, (E, K)."""
        curve = np.array([line.class_accuracy for line in self.epochs], dtype=np.float64)
        return curve.reshape(len(self.epochs), len(self.class_names))

    def at_epoch(self, epoch: int) -> Array:
        """Class-wise test accuracy (K,) after an epoch; nan where it is not recorded."""
        recorded = 1 <= epoch <= len(self.epochs)
        return self.class_curve()[epoch - 1] if recorded else np.full(len(self.class_names), np.nan)

    def at_stage(self, stage: str) -> Array:
        """Class-wise test accuracy (K,) at the end of the stage's epoch: early, middle or late."""
        return self.at_epoch(self.stages.of(stage))

    def class_percent(self, epoch: int | None = None) -> Array:
        """Class-wise test accuracy (K,) after an epoch, the last recorded one unless it is given, in percent."""
        return 100 * self.at_epoch(len(self.epochs) if epoch is None else epoch)

    def stage_percent(self, stage: str) -> Array:
        """Class-wise test accuracy (K,) at a stage, in percent."""
        return self.class_percent(self.stages.of(stage))

    def probes_of(self, epoch: int) -> list[Probe]:
        """The probes that were taken after an epoch."""
        return [probe for probe in self.probes.values() if probe.epoch == epoch]

    def probe_values(self, stage: str, what: str) -> Array:
        """The field `what` of a stage's probe: confidence or predictions (K,), or confusion (K, K)."""
        return np.array(getattr(self.probes[stage], what), dtype=np.float64)

    def class_training(self, stage: str, share: str) -> Array:
        """The field `share` of `TrainingShares` at a stage, for the images of each true class, (K,); nan if unknown."""
        by_class = self.probes[stage].training_by_class or [None] * len(self.class_names)
        return np.array([getattr(shares, share, None) for shares in by_class], dtype=np.float64)

    def spread(self) -> Array:
        """Test accuracy of the best class minus that of the worst at every epoch, (E,)."""
        curve = self.class_curve()
        return np.nanmax(curve, axis=1) - np.nanmin(curve, axis=1)

    def worst_class(self) -> tuple[str, float]:
        """Name and test accuracy of the worst class after the last epoch; of equals the first."""
        accuracy = self.class_curve()[-1]
        worst = int(np.nanargmin(accuracy))
        return self.class_names[worst], float(accuracy[worst])

    def last(self) -> float:
        """Test accuracy after the last recorded epoch; nan before the first."""
        return self.epochs[-1].test_accuracy if self.epochs else math.nan

    def last_percent(self) -> float:
        """Test accuracy after the last recorded epoch, in percent."""
        return 100 * self.last()

    def best(self) -> float:
        """Highest test accuracy of any epoch, nan before the first; too high, since the test set chooses the epoch."""
        return float(self.curve("test_accuracy").max()) if self.epochs else math.nan

    def mean_last_ten(self) -> float:
        """Mean test accuracy over the last ten epochs (over all where a run has fewer); nan before the first."""
        return float(self.curve("test_accuracy")[-10:].mean()) if self.epochs else math.nan

    def validation(self) -> float:
        """Mean accuracy on the validation images over the last ten epochs; UserError for a run without any."""
        if not self.epochs or any(line.validation_accuracy is None for line in self.epochs):
            raise UserError(f"{self.path}: no validation_accuracy; it must be the record of a run with a holdout")
        return float(self.curve("validation_accuracy")[-10:].mean())
