"""A claim of the paper as a check over run records: which runs it needs and what it measures."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sl.claims.reported import Reported
from sl.comparison import RunGroup, Series
from sl.comparison.run_group import SL_PARAMETERS
from sl.comparison.titles import parameters
from sl.record import CLEAN, Noise
from sl.record.run import Array
from sl.record.shown import loss_title


@dataclass(frozen=True)
class Cell:
    """Runs of a loss under a noise; `changed`: parameters of the loss that differ from those of the group."""

    loss: str
    noise: Noise = CLEAN
    changed: tuple[tuple[str, float], ...] = ()

    @property
    def title(self) -> str:
        """For lists of what is missing.

        >>> Cell("sl", Noise("symmetric", 0.4), (("alpha", 1.0),)).title
        'SL (α 1), symmetric 40 %'
        """
        chosen = parameters(dict(self.changed), self.loss)
        return f"{loss_title(self.loss)}{f' ({chosen})' if chosen else ''}, {self.noise.title}"

    def series(self, group: RunGroup) -> Series | None:
        """The finished runs of this cell in the group; None where there is none."""
        if not self.changed:
            return group.series(self.loss, self.noise)
        wanted = {**(group.variant(self.loss) or {}), **dict(self.changed)}
        return next((series for values, series in group.variants(self.loss, self.noise) if values == wanted), None)


@dataclass(frozen=True)
class SameProduct(Cell):
    """Runs of SL with another beta and another A than the group's own, whose product is the same."""

    @property
    def title(self) -> str:
        """The cell in words, for lists of missing runs."""
        return f"{loss_title(self.loss)} (other β and A, same β·A), {self.noise.title}"

    def series(self, group: RunGroup) -> Series | None:
        """The finished runs of this cell in the group; None where there is none."""
        own = group.variant(self.loss) or {}
        if not own.keys() >= SL_PARAMETERS:
            return None
        for values, series in group.weighted_variants(self.loss, self.noise):
            same = np.isclose(values["beta"] * values["log_zero"], own["beta"] * own["log_zero"], rtol=1e-3)
            if same and values["beta"] != own["beta"] and values["alpha"] == own["alpha"]:
                return series
        return None


@dataclass(frozen=True)
class Claim:
    """`measure` gives one number per seed, above 0 where the claim is right, from one Series for each of `cells`.

    All series hold the same seeds in the same order; nan stands for a seed on which nothing could be measured. Numbers
    are percentage points. `headline` claims stand in the README. `proof` names the test that shows a claim which holds
    by algebra. `halves`: it compares the harder half of the classes with the easier half, and `measure` takes the
    number of a class to leave out as `without`. `reading`: the paper's words can also be read otherwise.
    """

    id: str
    topic: str
    sentence: str
    statistic: str
    cells: tuple[Cell, ...]
    measure: Callable[..., Array]
    headline: bool = False
    reported: tuple[Reported, ...] = ()
    proof: str = ""
    halves: bool = False
    reading: bool = False
