"""What the lines of a record hold: the trainer writes these objects, and readers of a record get them.

A record is a file of JSON lines: one Header, then Epochs, Probes and Resumes in the order in which they happened, and
last an End or, for a run whose loss or weights left the finite numbers, a Diverged. Accuracies are shares in [0, 1];
epochs and steps count from 1; K classes. A field with a default is one that older records do not have.
"""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from sl.options.held_out import Fold
from sl.record.entry import Count, Digest, Entry, Name, NonNegative, Positive, Share, Title

Stage = Literal["early", "middle", "late"]


class Names(Entry):
    """What the choices of a run are called."""

    dataset: Name
    noise: Name
    model: Name
    loss: Name
    recipe: Name
    scale: Name


class Config(Entry):
    """What determines the run's result, as resolved; the options of each choice are its own to check.

    `holdout` and `fold` say what was held out for validation, `probe` what is looked at more closely.
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
    """What was trained and tested on; `paper_train_images` is how many training images the whole data set has.

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
    """Shares of the recipe's full scale, the epochs and batch size that follow, and the recipe's own (`paper_...`)."""

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

    The share is None for labels as given. `file` is what the file of a noise=matrix is called.
    """

    realised_rate: Share | None
    file: str | None = None
    fingerprint: str
    transition: list[list[Share]]


class Stages(Entry):
    """The epochs at which the run is looked at more closely."""

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
        """The version of PyTorch, or unknown: some systems install it without saying which it is."""
        return self.packages.get("torch", "unknown")


class Presentation(Entry):
    """How a choice is shown: title, place among the rows of a table (None: last), colour and symbols of parameters."""

    title: Title  # YAML's | and > end it with a line break
    order: float | None = None
    colour: Annotated[str, Field(pattern="^#[0-9a-fA-F]{6}$")] | None = None
    symbols: dict[str, str] = Field(default_factory=dict)


class Header(Entry):
    """The first line: which run this is, and how its choices are `shown`, which its identity does not depend on.

    `recipe_typed` names the options, such as lr, that were typed for a recipe whose file is not in configs/: what that
    file states is not known later.
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
    """Accuracy on training images by their labels as given (noisy) and as they are (clean).

    Of the rightly labelled images the share predicted as labelled; of the wrongly labelled ones the share predicted as
    the wrong label and as the true class. None where there are no such images, or
    where it is unknown which labels are right.
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

    Records of older versions have no number as `train_loss` where the run diverged.
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
    mode, `training_by_class` (K,) is the same of each true class's images, None for a class without any; records of
    older versions lack it, and so do runs of which it is unknown which labels are right.
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

    `step` of `epoch` is the first whose loss was not finite, or the epoch's last where only weights were not; `lr` is
    its learning rate and `loss` the epoch's mean, in words where it is no finite number.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Literal["diverged"] = "diverged"
    step: Positive
    loss: float | Literal["nan", "inf", "-inf"]
    finished: str
    sha256: Digest | None = None


class End(Entry):
    """The last line of a finished run; `sha256` is of all bytes before it, null in records of older versions.

    `weights_sha256` is of the file of weights that `save=true` keeps, whether or not the run kept it.
    """

    model_config = ConfigDict(extra="forbid")  # a damaged `sha256` must not read as a record that has none

    kind: Literal["end"] = "end"
    epoch_seconds: list[NonNegative]
    seconds: NonNegative
    finished: str
    weights_sha256: Digest | None = None
    sha256: Digest | None = None


Line = Header | Epoch | Probe | Resume | Diverged | End
