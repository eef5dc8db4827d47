"""Finds sweeps among records and their points.

Runs of a sweep share the choices of data set, noise, network, loss, recipe and scale, and holdout, fold, precision and
data. They differ in options of these choices; runs with the same options form a point.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sl.comparison.pairs import paired_difference
from sl.comparison.series import Series
from sl.comparison.titles import named_loss, numbers, setting
from sl.config.flat import flat
from sl.config.stated import distance, stated_values
from sl.record.identity import canonical
from sl.record.run import Array, Run
from sl.record.schema import Names
from sl.scale import least_scale
from sl.stats import Inference, adjusted, infer

CHOICES = tuple(Names.model_fields)


@dataclass(frozen=True, eq=False)
class Point:
    """A value for each option that the sweep varies, by dotted name, and the runs with these values."""

    values: dict[str, Any]
    series: Series

    @cached_property
    def accuracy(self) -> Inference:
        """Mean test accuracy after the last epoch in percent, with its interval over seeds."""
        return infer(self.series.stack(Run.last_percent))


@dataclass(frozen=True, eq=False)
class Sweep:
    """The points of a sweep; `varied` are the options in which they differ, those with most values first.

    `diverged` has an entry for each choice of options with diverged runs: the options that differ among all runs, with
    their values, and the number of these runs.
    """

    varied: tuple[str, ...]
    points: tuple[Point, ...]
    diverged: tuple[tuple[dict[str, Any], int], ...] = ()

    @cached_property
    def head(self) -> Run:
        """One run, for what all runs have in common; a scaled-down one if there is any."""
        return least_scale(point.series.runs[0] for point in self.points)

    @property
    def varies_loss(self) -> bool:
        """Whether options other than the noise vary; noise rates are columns of the data set's table already."""
        return any(not option.startswith("noise.") for option in self.varied)

    @property
    def fixed(self) -> dict[str, float]:
        """The numbers among the loss's parameters that are the same at every point, by dotted name, such as alpha."""
        of_loss = numbers(self.head.loss)
        return {key: value for key, value in of_loss.items() if f"loss.{key}" not in self.varied}

    @property
    def loss_and_noise(self) -> str:
        """The title of the loss with its fixed parameters, and of the noise without its varied options."""
        noises = [point.series.runs[0].noise for point in self.points]
        noise = max(noises, key=lambda one: one.rate or 0)  # the noise of a run at rate 0 is clean, whatever its kind
        varied = {option for option in self.varied if option.startswith("noise.")}
        if "noise.rate" in varied:
            noise = replace(noise, rate=None)
        if varied - {"noise.rate"}:
            noise = replace(noise, detail="", file="")
        return f"{named_loss(self.head.name('loss'), self.fixed)}, {noise.title}"

    @property
    def title(self) -> str:
        """Loss, noise and setting."""
        return f"{self.loss_and_noise} · {setting(self.head, self.varied)}"

    @property
    def name(self) -> str:
        """The name of the files that show the sweep."""
        return "-".join(self.head.name(choice) for choice in ("dataset", "noise", "loss", "recipe", "scale"))

    @cached_property
    def references(self) -> list[Point]:
        """The reference of each point: among the points with the same noise, the one closest to the values in configs/.

        Under different noise the problem differs, so a comparison would say nothing about the options.
        """
        of_noise: dict[str, list[Point]] = defaultdict(list)
        for point in self.points:
            of_noise[_noise(point)].append(point)
        closest = {noise: min(points, key=self._from_stated) for noise, points in of_noise.items()}
        return [closest[_noise(point)] for point in self.points]

    def _from_stated(self, point: Point) -> tuple[int, int]:
        values = {key: value for key, value in point.values.items() if key.startswith(("loss.", "recipe."))}
        return distance(values, self._stated)

    @cached_property
    def _stated(self) -> dict[str, Any]:
        """The values in configs/ of those options of loss and recipe that vary."""
        dataset, recipe, loss = (self.head.name(choice) for choice in ("dataset", "recipe", "loss"))
        return {key: value for key, value in stated_values(dataset, recipe, loss).items() if key in self.varied}

    @cached_property
    def differences(self) -> list[tuple[Inference, float | None]]:
        """For each point: accuracy minus its reference's, in percentage points on shared seeds, and corrected p."""
        found = [
            infer(difference if point is not reference else [])
            for point, reference, (difference, _) in zip(self.points, self.references, self._paired, strict=True)
        ]
        return list(zip(found, adjusted(found), strict=True))

    @property
    def refused(self) -> list[str]:
        """Why some seeds that a point shares with its reference are not compared; empty if all are."""
        return [reason for _, reasons in self._paired for reason in reasons]

    @cached_property
    def _paired(self) -> list[tuple[Array, list[str]]]:
        pairs = zip(self.points, self.references, strict=True)
        return [paired_difference(reference.series, point.series, Run.last_percent) for point, reference in pairs]


def sweeps(runs: Iterable[Run]) -> list[Sweep]:
    """The sweeps among the finished runs; runs that do not differ in any option are no sweep."""
    groups: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        if run.complete or run.diverged:
            same = [run.name(choice) for choice in CHOICES]
            rest = [run.holdout, run.config.fold, run.config.precision, run.data.fingerprint]
            groups[json.dumps([*same, *rest])].append(run)
    found = (_sweep(members) for _, members in sorted(groups.items()))
    return [sweep for sweep in found if sweep.varied]


def _sweep(runs: list[Run]) -> Sweep:
    finished, diverged = [run for run in runs if run.complete], [run for run in runs if run.diverged]
    whole = {run.identity: _options(run) for run in runs}
    varied, in_all = _varied(whole[run.identity] for run in finished), _varied(whole.values())
    places: dict[str, list[Run]] = defaultdict(list)
    for run in finished:
        places[json.dumps([whole[run.identity].get(key) for key in varied])].append(run)
    points = [
        Point({key: whole[members[0].identity].get(key) for key in varied}, Series.of(members))
        for members in places.values()
    ]
    lost = Counter(json.dumps({key: whole[run.identity].get(key) for key in in_all}) for run in diverged)
    left_out = sorted(((json.loads(values), count) for values, count in lost.items()), key=lambda one: _order(one[0]))
    return Sweep(tuple(varied), tuple(sorted(points, key=lambda point: _order(point.values))), tuple(left_out))


def _options(run: Run) -> dict[str, Any]:
    return dict(flat(canonical({choice: getattr(run.config, choice) for choice in CHOICES})))


def _varied(whole: Iterable[dict[str, Any]]) -> list[str]:
    """The options that differ, those with most values first."""
    found = list(whole)
    keys = sorted({key for values in found for key in values})
    different = {key: {json.dumps(values.get(key)) for values in found} for key in keys}
    return sorted((key for key in keys if len(different[key]) > 1), key=lambda key: (-len(different[key]), key))


def _noise(point: Point) -> str:
    return json.dumps({key: value for key, value in point.values.items() if key.startswith("noise.")})


def _order(values: dict[str, Any]) -> list[tuple[bool, float, str]]:
    numbers = (value if isinstance(value, int | float) else 0.0 for value in values.values())
    return [(value is None, number, str(value)) for value, number in zip(values.values(), numbers, strict=True)]
