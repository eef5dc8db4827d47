"""The lines of a record: the trainer writes these objects, and readers of a record get them.

A record is a file of JSON lines: one Header, then Epochs, Probes and Resumes in the order in which they happened, and
last an End or, for a run that diverged, a Diverged. Accuracies are shares in [0, 1]; epochs and steps count from 1;
K is the number of classes. Fields with a default may be missing in older records.
"""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from sl.options.held_out import Fold
from sl.record.entry import Count, Digest, Entry, Name, NonNegative, Positive, Share, Title

Stage = Literal["early", "middle", "late"]


class Names(Entry):
    """The names of a run's choices."""

    dataset: Name
    noise: Name
    model: Name
    loss: Name
    recipe: Name
    scale: Name


class Config(Entry):
    """The resolved configuration: what determines the run's result. Each choice checks its own options.

    `holdout` and `fold` say what was held out for validation, `probe` what is measured more closely.
    """

    model_config = ConfigDict(extra="allow")  # the identity is a hash of everything that stands here

    dataset: dict[str, Any]
    noise: dict[str, Any]
    model: dict[str, Any]
    loss: dict[str, Any]
    recipe: dict[str, Any]
    scale: dict[str, Any]
    seed: Count
    holdout: Share | None = None
    probe: dict[str, Any] = Field(default_factory=dict)
    fold: Fold | None = None
    precision: str
    names: Names

    def plain(self) -> dict[str, Any]:
        """The values by option, as `sl.record.identity.identity` takes them."""
        return self.model_dump(exclude_unset=True)


class Data(Entry):
    """The data of the run; `paper_train_images` is the number of training images in the whole data set.

    `labels` is "given" for own data, whose right labels are unknown; further fields say where such data lie.
    """

    model_config = ConfigDict(extra="allow")

    name: str
    class_names: Annotated[list[str], Field(min_length=2)]
    train_images: Positive
    test_images: Positive
    validation_images: Count = 0
    paper_train_images: Positive
    fingerprint: str
    labels: Literal["given"] | None = None


class Scale(Entry):
    """Shares of the recipe's full scale, the resulting epochs and batch size, and the recipe's own (`paper_...`)."""

    name: str
    train_share: Share
    test_share: Share
    epoch_share: Share
    batch_share: Share = 1.0
    width_share: Share = 1.0
    epochs: Positive
    paper_epochs: Positive
    batch_size: Positive
    paper_batch_size: Positive


class LabelNoise(Entry):
    """The share of wrong training labels, a fingerprint of all labels, and the transition matrix (K, K).

    The share is None for labels as given without added noise. `file` is the name of the file of noise=matrix.
    """

    realised_rate: Share | None
    file: str | None = None
    fingerprint: str
    transition: list[list[Share]]


class Stages(Entry):
    """The epochs at which a probe is taken."""

    early: Positive
    middle: Positive
    late: Positive

    def of(self, stage: str) -> int:
        """The epoch of the stage early, middle or late."""
        epoch: int = getattr(self, stage)
        return epoch


class Provenance(Entry):
    """Code, packages and machine; `dirty` is None where it is not known whether the code differs from `commit`.

    `step` is how a step ran (eager, compile, graph, compiled_graph): rounding differs. Older records have None.
    """

    commit: str | None
    dirty: bool | None
    packages: dict[str, str]
    python: str
    device: str
    precision: str
    step: str | None = None
    started: str

    @property
    def torch(self) -> str:
        """The version of PyTorch, or "unknown": some systems install it without package metadata."""
        return self.packages.get("torch", "unknown")


class Presentation(Entry):
    """How a choice is shown: title, place in a table's rows (None: last), colour, and symbols of its parameters."""

    title: Title  # YAML's | and > end it with a line break
    order: float | None = None
    colour: Annotated[str, Field(pattern="^#[0-9a-fA-F]{6}$")] | None = None
    symbols: dict[str, str] = Field(default_factory=dict)


class Header(Entry):
    """The first line: which run this is, and how its choices are `shown` (no part of its identity).

    `recipe_typed` names the options, such as lr, that were typed for a recipe whose file is not in configs/: the values
    that this file states are not known later.
    """

    kind: Literal["run"] = "run"
    format: Literal[1] = 1
    identity: Annotated[str, Field(pattern=r"^\w+$")]
    config: Config
    data: Data
    scale: Scale
    noise: LabelNoise
    stages: Stages
    shown: dict[str, Presentation] = Field(default_factory=dict)
    recipe_typed: list[str] = Field(default_factory=list)
    provenance: Provenance


class TrainingShares(Entry):
    """Accuracy on the training images by their labels after noise (noisy) and before it (clean).

    `right_accuracy` is the share of rightly labelled images predicted as labelled; `wrong_memorised` and
    `wrong_corrected` are the shares of wrongly labelled images predicted as the wrong label and as the true class. A
    share is None without such images; all but `noisy_accuracy` are None where it is unknown which labels are right.
    """

    noisy_accuracy: Share
    clean_accuracy: Share | None
    right_accuracy: Share | None
    wrong_memorised: Share | None
    wrong_corrected: Share | None


class Moment(Entry):
    """An epoch and a learning rate in it."""

    epoch: Positive
    lr: NonNegative


class Epoch(TrainingShares, Moment):  # the fields of the last base come first in the file
    """An epoch; `class_accuracy` (K,) is None for a class without test images.

    In records of older versions `train_loss` is null where the run diverged.
    """

    kind: Literal["epoch"] = "epoch"
    train_loss: float | None
    test_accuracy: Share
    class_accuracy: list[Share | None]
    validation_accuracy: Share | None = None


class Probe(Entry):
    """A closer look at a stage: test confusion matrix (K, K), row = true class, and the probed class's training images.

    `confidence` (K,) is the mean softmax over the class's `count` rightly labelled images, `predictions` (K,) how many
    of them are predicted as each class; None where there are no such images. `training` is measured in evaluation
    mode; `training_by_class` (K,) is the same for the images of each true class, None for a class without any. Records
    of older versions lack it, and so do runs where it is unknown which labels are right.
    """

    kind: Literal["probe"] = "probe"
    stage: Stage
    epoch: Positive
    confusion: list[list[Count]]
    probe_class: Count
    training: TrainingShares | None = None
    training_by_class: list[TrainingShares | None] | None = None
    count: Count
    confidence: list[Share] | None
    predictions: list[Count] | None


class Resume(Entry):
    """The run was interrupted and resumed after `epoch` whole epochs and `step` steps of the next one."""

    kind: Literal["resume"] = "resume"
    epoch: Count
    step: Count = 0
    provenance: Provenance


class Diverged(Moment):
    """The last line of a run that was stopped because its loss or a weight was not finite, or a weight ran away.

    `step` is the first step of `epoch` whose loss was not finite, or the last step where only weights were at fault.
    `lr` is its learning rate; `loss` is the mean over the epoch, as text where it is not finite.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Literal["diverged"] = "diverged"
    step: Positive
    loss: float | Literal["nan", "inf", "-inf"]
    finished: str
    sha256: Digest | None = None


class End(Entry):
    """The last line of a finished run; `sha256` is the hash of all bytes before it, null in older records.

    `weights_sha256` is the hash of the weights file that `save=true` keeps, whether or not this run kept it.
    """

    model_config = ConfigDict(extra="forbid")  # a damaged `sha256` must not read as a record that has none

    kind: Literal["end"] = "end"
    epoch_seconds: list[NonNegative]
    seconds: NonNegative
    finished: str
    weights_sha256: Digest | None = None
    sha256: Digest | None = None


Line = Header | Epoch | Probe | Resume | Diverged | End
