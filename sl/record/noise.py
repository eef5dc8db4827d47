"""The noise of a run: what tells it from that of another run, and its title."""

from dataclasses import dataclass, field

from sl.asymmetric_variants import ONLY, variant_of
from sl.record.schema import Config
from sl.record.shown import place, shown

NAMED = ("exact", "variant", "name", "file")  # options of this project's noise that its title words in its own way


@dataclass(frozen=True)
class Noise:
    """The noise of a run: kind, rate (None where the labels themselves decide it) and what else tells it apart.

    Of a matrix that is a hash; the name of its `file` stands before it in the title.

    >>> Noise("symmetric", 0.4).title
    'symmetric 40 %'
    """

    kind: str
    rate: float | None
    detail: str = ""
    file: str = field(default="", compare=False, repr=False)

    @property
    def title(self) -> str:
        """The noise in words, for titles and table heads."""
        rate = f" {100 * self.rate:g} %" if self.rate else ""
        detail = " ".join(filter(None, (self.file, self.detail)))
        return shown("noise", self.kind).title + rate + (f" ({detail})" if detail else "")

    @property
    def order(self) -> tuple[float, str, str, float]:
        """Sort key: the place that the kind of noise asks for, then its name; each kind by detail, then rate."""
        return *place("noise", self.kind), self.detail, self.rate or 0.0


CLEAN = Noise("none", 0.0)
GIVEN = Noise("given", None)  # own labels: how many are wrong is unknown


def noise_of(config: Config) -> Noise:
    """The noise that a run's configuration describes; rate 0 of any kind is clean."""
    kind, values = config.names.noise, config.noise
    stated = values.get("rate")
    if kind == "none" or stated == 0:
        return CLEAN
    rate = stated if isinstance(stated, int | float) else None  # of another package it may be one for each class
    named: tuple[str, ...] = ("_target_",) if rate is None else ("_target_", "rate")
    details: list[str | None] = []
    if str(values.get("_target_")).startswith("sl."):  # in another package these may mean something else
        named += NAMED
        variant = variant_of(config.names.dataset, values.get("variant")) if kind == "asymmetric" else ONLY
        details = [values.get("name") if variant == ONLY else variant, (values.get("file") or "")[:8]]
        if values.get("exact") is False:
            details.append("drawn per example")
    details += [f"{key} {value}" for key, value in values.items() if key not in named and value is not None]
    return Noise(kind, rate, ", ".join(detail for detail in details if detail))
