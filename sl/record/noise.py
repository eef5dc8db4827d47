"""The noise of a run: what distinguishes it from other noise, and its title."""

from dataclasses import dataclass, field

from sl.asymmetric_variants import ONLY, variant_of
from sl.record.schema import Config
from sl.record.shown import place, shown

NAMED = ("exact", "variant", "name", "file")  # options of this project's noise that titles do not show as KEY VALUE


@dataclass(frozen=True)
class Noise:
    """The noise of a run: its kind, its rate (None where the labels decide it) and a `detail` that distinguishes it.

    The detail of a matrix is a hash; the title has the name of its `file` before it.

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
        """Sort key: `place` of the kind of noise (its `order`, then its name); each kind by detail, then rate."""
        return *place("noise", self.kind), self.detail, self.rate or 0.0


CLEAN = Noise("none", 0.0)
GIVEN = Noise("given", None)  # labels of own data: it is unknown how many are wrong


def noise_of(config: Config) -> Noise:
    """The noise that a run's configuration describes; noise of any kind with rate 0 is CLEAN."""
    kind, values = config.names.noise, config.noise
    stated = values.get("rate")
    if kind == "none" or stated == 0:
        return CLEAN
    rate = stated if isinstance(stated, int | float) else None  # other packages may have a rate for each class
    named: tuple[str, ...] = ("_target_",) if rate is None else ("_target_", "rate")
    details: list[str | None] = []
    if str(values.get("_target_")).startswith("sl."):  # in another package these names may mean something else
        named += NAMED
        variant = variant_of(config.names.dataset, values.get("variant")) if kind == "asymmetric" else ONLY
        details = [values.get("name") if variant == ONLY else variant, (values.get("file") or "")[:8]]
        if values.get("exact") is False:
            details.append("drawn per example")
    details += [f"{key} {value}" for key, value in values.items() if key not in named and value is not None]
    return Noise(kind, rate, ", ".join(detail for detail in details if detail))
