"""Groups the runs that belong on one page: they differ only in noise, loss and seed."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sl.comparison.series import Series
from sl.config.stated import distance, stated_parameters
from sl.record.identity import canonical_text
from sl.record.noise import CLEAN, Noise
from sl.record.run import Run

SL_PARAMETERS = frozenset(("alpha", "beta", "log_zero"))


def _page(run: Run) -> str:
    """A text that is equal for two runs if they belong on one page."""
    names = [run.name(choice) for choice in ("dataset", "scale", "recipe")]
    config = (
        run.config.recipe,
        run.config.model,
        run.config.precision,
        run.holdout,
        run.config.fold,
        run.config.dataset,
    )
    return canonical_text([names, run.data.model_dump(), run.scale.model_dump(), *config])


def _by_loss(runs: Iterable[Run]) -> dict[str, list[Run]]:
    found: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        found[run.name("loss")].append(run)
    return found


@dataclass(frozen=True, eq=False)
class RunGroup:
    """The runs, finished or not, of one data set, scale, recipe, network, precision, and holdout or fold; at least one.

    All values of these choices are equal, not only the names.
    """

    members: tuple[Run, ...]

    @property
    def head(self) -> Run:
        """One run of the group, for what all its runs have in common."""
        return self.members[0]

    @property
    def names(self) -> tuple[str, str, str]:
        """Data set, scale and recipe."""
        return self.head.name("dataset"), self.head.name("scale"), self.head.name("recipe")

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """The finished runs."""
        return tuple(run for run in self.members if run.complete)

    @cached_property
    def noises(self) -> list[Noise]:
        """The noises with a finished run, clean first."""
        return sorted({run.noise for run in self.runs}, key=lambda noise: noise.order)

    @cached_property
    def losses(self) -> list[str]:
        """Losses with a finished run, by name."""
        return sorted({run.name("loss") for run in self.runs})

    def variant(self, loss: str) -> dict[str, Any] | None:
        """The parameters of `loss` that the page shows: those in configs/ for recipe and data set, if they were run.

        Else the closest ones that were run; of equally close ones those that were started first, so that a later sweep
        moves no row.
        Diverged runs count if no run of the loss finished; None if there is neither.
        """
        return self._variants.get(loss)

    @cached_property
    def _variants(self) -> dict[str, dict[str, Any]]:
        dataset, _, recipe = self.names

        def closest(loss: str, runs: list[Run]) -> dict[str, Any]:
            stated = stated_parameters(dataset, recipe, loss)
            return min(runs, key=lambda run: (distance(run.loss, stated), run.started)).loss

        found = {**_by_loss(self.diverged), **_by_loss(self.runs)}
        return {loss: closest(loss, runs) for loss, runs in found.items()}

    @cached_property
    def _points(self) -> dict[tuple[str, Noise], dict[str, tuple[dict[str, Any], Series]]]:
        """The finished runs by loss and noise, then by parameters as `canonical_text`."""
        grouped: dict[tuple[str, Noise], dict[str, list[Run]]] = defaultdict(lambda: defaultdict(list))
        for run in self.runs:
            grouped[run.name("loss"), run.noise][canonical_text(run.loss)].append(run)
        return {
            cell: {text: (runs[0].loss, Series.of(runs)) for text, runs in points.items()}
            for cell, points in grouped.items()
        }

    def variants(self, loss: str, noise: Noise) -> list[tuple[dict[str, Any], Series]]:
        """Each set of parameters that a loss was run with under a noise, with its finished runs: points of a sweep."""
        return list(self._points.get((loss, noise), {}).values())

    def weighted_variants(self, loss: str, noise: Noise) -> list[tuple[dict[str, Any], Series]]:
        """The `variants` of SL whose runs state alpha, beta and A.

        A run that was begun with `~loss.log_zero` took the default of the loss, which its record does not hold.
        """
        return [(values, series) for values, series in self.variants(loss, noise) if values.keys() >= SL_PARAMETERS]

    def series(self, loss: str, noise: Noise = CLEAN) -> Series | None:
        """The finished runs of a loss under a noise, with the parameters of `variant`; None if there is none."""
        point = self._points.get((loss, noise), {}).get(canonical_text(self.variant(loss)))
        return point[1] if point else None

    @cached_property
    def diverged(self) -> tuple[Run, ...]:
        """The runs that were stopped because loss or weights were not finite, or a weight reached 10,000."""
        return tuple(run for run in self.members if run.diverged)

    @cached_property
    def unfinished(self) -> tuple[Run, ...]:
        """The runs that can go on: started, neither finished nor diverged."""
        return tuple(run for run in self.members if not run.complete and not run.diverged)

    def pending(self, loss: str, noise: Noise) -> list[Run]:
        """Runs of a loss under a noise that were started and did not finish, including diverged ones."""
        return [run for run in self.members if not run.complete and (run.name("loss"), run.noise) == (loss, noise)]

    def diverged_in_row(self, loss: str, noise: Noise) -> list[Run]:
        """Runs of a loss, with the parameters of `variant`, that diverged under a noise."""
        chosen = canonical_text(self.variant(loss))
        found = [run for run in self.diverged if (run.name("loss"), run.noise) == (loss, noise)]
        return [run for run in found if canonical_text(run.loss) == chosen]


def run_groups(runs: Iterable[Run]) -> list[RunGroup]:
    """Group `runs` by page, sorted by what the runs of a group have in common; pages sort by `group_order`."""
    pages: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        pages[_page(run)].append(run)
    return [RunGroup(tuple(members)) for _, members in sorted(pages.items())]
