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
        """The cell in words, for lists of missing runs.

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
    """Selects runs of SL whose beta and A differ from the group's, but have the same product and the same alpha."""

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
    """A claim; `measure` takes one Series for each of `cells` and returns one number per seed, (n,).

    For a claim that must hold at every class it returns one per seed and class, (n, K).

    The number is in percentage points, above 0 where the claim is right, and nan for a seed on which nothing could be
    measured. All series hold the same seeds in the same order. `headline` claims stand in the README. `proof` names the
    test for a claim that holds by algebra. `halves`: it compares the harder half of the classes with the easier half,
    and `measure` takes as `without` the number of a class to leave out. `reading`: the paper can be read otherwise.
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
