"""Gathers the runs that may stand on one page: only noise, loss and seed differ between them."""

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
    """Everything that must be equal on one page."""
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


@dataclass(frozen=True, eq=False)
class RunGroup:
    """All runs, finished and not, of one data set, scale, recipe, network (all values), precision and holdout or fold.

    There is at least one.
    """

    members: tuple[Run, ...]

    @property
    def head(self) -> Run:
        """Any of them: for what they have in common."""
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
        """The parameters that stand for `loss` on the page: those stated for its recipe and data set in configs/.

        Where they were not run, it is what comes closest, then what was begun first: a later sweep moves no row.
        Diverged runs count where no run of the loss finished; None where none ended.
        """
        dataset, _, recipe = self.names
        stated = stated_parameters(dataset, recipe, loss)
        finished, diverged = (
            [(run.started, run.loss) for run in runs if run.name("loss") == loss] for runs in (self.runs, self.diverged)
        )
        found = finished or diverged
        closest = min(found, key=lambda one: (distance(one[1], stated), one[0]), default=None)
        return closest[1] if closest else None

    def variants(self, loss: str, noise: Noise) -> list[tuple[dict[str, Any], Series]]:
        """Every choice of parameters that a loss ran with under a noise, with its finished runs: a sweep's points."""
        groups: dict[str, list[Run]] = defaultdict(list)
        for run in self.runs:
            if (run.name("loss"), run.noise) == (loss, noise):
                groups[canonical_text(run.loss)].append(run)
        return [(runs[0].loss, Series.of(runs)) for runs in groups.values()]

    def weighted_variants(self, loss: str, noise: Noise) -> list[tuple[dict[str, Any], Series]]:
        """The `variants` of SL whose runs state alpha, beta and A.

        A run that was begun with `~loss.log_zero` took the default of the loss, which its record does not hold.
        """
        return [(values, series) for values, series in self.variants(loss, noise) if values.keys() >= SL_PARAMETERS]

    def series(self, loss: str, noise: Noise = CLEAN) -> Series | None:
        """The finished runs of a loss, with its parameters of this page, under a noise; None where there is none."""
        chosen = canonical_text(self.variant(loss))
        return next((series for values, series in self.variants(loss, noise) if canonical_text(values) == chosen), None)

    @cached_property
    def diverged(self) -> tuple[Run, ...]:
        """The runs that were stopped because loss or weights were not finite, or a weight reached 10,000."""
        return tuple(run for run in self.members if run.diverged)

    def pending(self, loss: str, noise: Noise) -> list[Run]:
        """Runs of a loss under a noise that have begun and did not finish; those that diverged among them."""
        return [run for run in self.members if not run.complete and (run.name("loss"), run.noise) == (loss, noise)]

    def diverged_in_row(self, loss: str, noise: Noise) -> list[Run]:
        """Runs of a loss, with its parameters of this page, that diverged under a noise."""
        chosen = canonical_text(self.variant(loss))
        found = [run for run in self.diverged if (run.name("loss"), run.noise) == (loss, noise)]
        return [run for run in found if canonical_text(run.loss) == chosen]


def run_groups(runs: Iterable[Run]) -> list[RunGroup]:
    """The runs in groups, sorted by what the runs of each have in common; pages show them by `group_order`."""
    pages: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        pages[_page(run)].append(run)
    return [RunGroup(tuple(members)) for _, members in sorted(pages.items())]
