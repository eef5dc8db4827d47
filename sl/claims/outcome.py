"""What testing claims on a group of runs gave: a verdict with its numbers for each claim."""

from dataclasses import dataclass

from sl.claims.reported import Reported
from sl.claims.rule import Verdict
from sl.numbers import plural, signed
from sl.stats import FEWEST


@dataclass(frozen=True)
class Outcome:
    """A claim measured on one group: `differences` has a number for each seed, in points, > 0 if the claim is right.

    `survives`: whether the verdict stands after the correction for the number of the group's claims (`p_adjusted`).
    `cells` counts the finished runs of each loss and noise compared; `refused` names the seeds that must not be
    compared and why. `at_class` names the class that decides a claim on every class; the differences are its own.
    `rests_on` maps each class without which less than half of the mean is left to the mean without it. `reading`: the
    paper can be read otherwise.
    """

    id: str
    topic: str
    claim: str
    statistic: str
    headline: bool
    verdict: Verdict
    survives: bool
    seeds: tuple[int, ...]
    differences: tuple[float, ...]
    mean: float | None
    interval: tuple[float, float] | None
    p: float | None
    p_adjusted: float | None
    n: int
    at_class: str
    rests_on: dict[str, float]
    reading: bool
    proof: str
    cells: dict[str, int]
    refused: tuple[str, ...]
    reported: tuple[Reported, ...]
    records: tuple[str, ...]

    @property
    def by_algebra(self) -> bool:
        """Whether the claim holds by algebra and no run contradicts it: its verdict then does not rest on runs."""
        return bool(self.proof) and self.verdict == Verdict.SUPPORTED

    @property
    def caveats(self) -> list[str]:
        """What weakens its verdict, in words."""
        resting = [f"rests on class {name}: {signed(value)} without it" for name, value in self.rests_on.items()]
        return resting + ["our reading of the paper"] * self.reading


@dataclass(frozen=True)
class GroupOutcomes:
    """All outcomes of one group.

    `caution` warns if CE memorises little in these runs. `differs` says how the group differs from the first group of
    the same names on the page. `losses` are the losses that the measured claims compare, with their parameters.
    `command` trains such runs. All these texts may be empty.
    """

    dataset: str
    scale: str
    recipe: str
    paper_scale: bool
    badge: str
    setting: str
    origin: str
    stages: dict[str, int]
    caution: str
    differs: str
    losses: tuple[str, ...]
    command: str
    claims: tuple[Outcome, ...]

    @property
    def lacking(self) -> list[Outcome]:
        """Claims that more runs could decide."""
        return self._without_verdict(enough_runs=False)

    @property
    def unmeasured(self) -> list[Outcome]:
        """Claims without a verdict although every cell has enough runs: more runs may not help."""
        return self._without_verdict(enough_runs=True)

    def _without_verdict(self, enough_runs: bool) -> list[Outcome]:
        found = [outcome for outcome in self.claims if outcome.verdict == Verdict.LACKING]
        return [outcome for outcome in found if (min(outcome.cells.values()) >= FEWEST) == enough_runs]

    @property
    def missing(self) -> str:
        """One line on the missing runs, with the command that trains them; empty if no claim lacks a verdict."""
        cells = {title: n for outcome in self.lacking for title, n in outcome.cells.items()}
        runs = sum(max(0, FEWEST - n) for n in cells.values())
        unmeasured = sum(not outcome.refused for outcome in self.unmeasured)
        parts = [
            f"Claims without enough runs: {len(self.lacking)}. "
            f"With {FEWEST} seeds each they need {plural(runs, 'more run')}."
        ] * bool(self.lacking)
        parts += [f"`{self.command}` trains them, among others."] * bool(self.lacking and self.command)
        parts += [
            f"Claims that cannot be measured on the runs there are: {unmeasured}. The runs kept no representations "
            "(probe.representations=2000 keeps them), their records are older than the measure, the compared runs "
            "share too few seeds, or there are too few classes."
        ] * bool(unmeasured)
        return " ".join(parts)
