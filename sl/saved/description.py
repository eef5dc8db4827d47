"""The schema of the JSON of a saved network."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, ValidationError

from sl.record.entry import Count, Digest, Entry, Positive
from sl.record.lines import first_mistake

FORMAT = 1


class Network(Entry):
    """The node that the network is built from: its class, and the parameters of that class."""

    model_config = ConfigDict(extra="allow")

    target: str = Field(alias="_target_")


class BatchNorm(Entry):
    """Constants of batch normalisation: `eps` under the root, `momentum` the new batch's share.

    `layers` names the layers that have them; null stands for all.
    """

    eps: float
    momentum: float
    layers: list[str] | None = None


class Description(Entry):
    """A saved network: fields that its use needs are checked; others, which say where it comes from, are kept.

    `image_shape` is (C, H, W). `weights` names the file beside the JSON, and `sha256` is its hash. Networks that were
    saved before `margin` existed have 0.
    """

    model_config = ConfigDict(extra="allow")

    format: Literal[1]
    network: Network
    image_shape: Annotated[list[Positive], Field(min_length=3, max_length=3)]
    classes: Annotated[list[str], Field(min_length=1)]
    normalisation: str
    batchnorm: BatchNorm | None
    identity: str
    weights: str
    sha256: Digest
    margin: Count = 0


def read_description(text: str) -> dict[str, Any]:
    """All values of the JSON `text` by name, checked by `Description`; ValueError says in one line what is wrong."""
    try:
        return Description.model_validate_json(text).model_dump(by_alias=True)
    except ValidationError as error:
        raise ValueError(first_mistake(error)) from None
