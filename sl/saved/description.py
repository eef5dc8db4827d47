"""What the JSON of a saved network must hold."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, ValidationError

from sl.record.entry import Count, Digest, Entry, Positive
from sl.record.lines import first_mistake

FORMAT = 1


class Network(Entry):
    """The node that the network is built from: its class, and whatever that takes."""

    model_config = ConfigDict(extra="allow")

    target: str = Field(alias="_target_")


class BatchNorm(Entry):
    """Constants of batch normalisation: `eps` under the root, `momentum` the new batch's share."""

    eps: float
    momentum: float


class Description(Entry):
    """A saved network: what its use needs is checked, and what else stands there (where it comes from) is kept.

    `image_shape` is (C, H, W); `weights` names the file beside the JSON and `sha256` its content; networks that were
    saved before `margin` existed have none.
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
    """The values of the JSON `text` by name, as `Description` has them; ValueError says in one line what is wrong."""
    try:
        return Description.model_validate_json(text).model_dump(by_alias=True)
    except ValidationError as error:
        raise ValueError(first_mistake(error)) from None
