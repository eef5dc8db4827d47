"""The base class of all parts of a record (strict types, finite numbers), and the types of their values."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Positive = Annotated[int, Field(ge=1)]
NonNegative = Annotated[float, Field(ge=0)]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


def _inside(name: str) -> str:
    if name.startswith("/") or ".." in name.split("/") or "\0" in name:
        raise ValueError("must not begin with /, contain a folder .. or a NUL character: it becomes part of file names")
    return name


Name = Annotated[str, AfterValidator(_inside)]
Title = Annotated[str, AfterValidator(lambda text: " ".join(text.split()))]


class Entry(BaseModel):
    """A part of a record. Types are strict, numbers finite; fields that this version does not know are ignored."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", allow_inf_nan=False)
