"""results/claims.md: the verdicts first, then what is behind each, then what is not recorded yet."""

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sl.claims.claim import Outcome
from sl.claims.verdict import RULE, Verdict
from sl.record import STAGES, Run, Sheet
from sl.record.words import loss_title, origin, scale_words, setting
from sl.stats import least_p

NOTHING = "–"


@dataclass(frozen=True, eq=False)
class Section:
    """All outcomes on one sheet; without a sheet, all claims with nothing recorded."""

    outcomes: Sequence[Outcome]
    sheet: Sheet | None = None

    @property
    def title(self) -> str:
        """Data set, scale, recipe and network, or that there is nothing."""
        return setting(self.sheet.head) if self.sheet else "CIFAR-10 · no finished run recorded yet"

    @property
    def scale(self) -> str:
        """In two words, to stand beside every verdict."""
        return scale_words(self.sheet.head).partition(":")[0] if self.sheet else NOTHING

    @property
    def measured(self) -> list[Outcome]:
        """Outcomes with a number, or that need none."""
        return [outcome for outcome in self.outcomes if outcome.estimate.n or outcome.claim.proof]

    @property
    def waiting(self) -> list[Outcome]:
        """Claims without a single seed to measure on."""
        return [outcome for outcome in self.outcomes if not (outcome.estimate.n or outcome.claim.proof)]


def markdown(sections: Sequence[Section], out: Path) -> str:
    """The whole page; links to records are relative to the folder `out`."""
    parts = ["# The paper's claims, tested on this project's records\n", RULE]
    parts += [_table(section) for section in sections]
    parts.append("# Behind each verdict\n")
    parts += [_details(section, out) for section in sections if section.measured]
    parts.append("# Not recorded yet\n")
    parts += [_waiting(section) for section in sections if section.waiting]
    return "\n".join(parts)


def ours(outcome: Outcome) -> str:
    """Mean with its interval, such as `+8.13 [+5.02, +11.20]`."""
    result = outcome.estimate
    if not result.n:
        return "by algebra" if outcome.claim.proof else NOTHING
    if result.low is None or result.high is None:
        return f"{_number(result.mean)} (no interval)"
    return f"{_number(result.mean)} [{_number(result.low)}, {_number(result.high)}]"


def paper(outcome: Outcome) -> str:
    """What the paper itself reports, with a mark where it was not read there."""
    own = [reported for reported in outcome.claim.reported if reported.paper]
    return f"{own[0].text} ({own[0].source.rpartition('; ')[2]})" if own else NOTHING


def _number(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")


def _table(section: Section) -> str:
    counts = Counter(outcome.verdict for outcome in section.outcomes)
    summary = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict])
    lines = [f"## {section.title}\n", f"{len(section.outcomes)} claims: {summary}.\n"]
    if section.sheet:
        stages = section.sheet.head.header["stages"]
        epochs = ", ".join(f"{stage} {stages[stage]}" for stage in STAGES)
        lines.append(f"{origin(section.sheet.runs)}. Epochs of the stages: {epochs}.\n")
    if section.measured:
        lines.append(_row(("claim", "paper", "ours: mean [95 % interval]", "n", "scale", "verdict")))
        lines.append(_row(["---"] * 6))
    for outcome in section.measured:
        cells = (outcome.claim.sentence, paper(outcome), ours(outcome), str(outcome.estimate.n), section.scale)
        lines.append(_row((*cells, f"**{outcome.verdict}**")))
    if section.waiting:
        lines.append(f"\n{len(section.waiting)} claims have no run to be measured on: see the end of this page.")
    return "\n".join(lines) + "\n"


def _details(section: Section, out: Path) -> str:
    parts, topic = [f"## {section.title}\n"], ""
    for outcome in section.measured:
        if outcome.claim.topic != topic:
            topic = outcome.claim.topic
            parts.append(f"### {topic}\n")
        parts.append(_detail(outcome, section, out))
    return "\n".join(parts)


def _detail(outcome: Outcome, section: Section, out: Path) -> str:
    claim, result = outcome.claim, outcome.estimate
    lines = [
        f"**`{claim.id}`: {outcome.verdict}** ({section.scale}, n = {result.n}). {claim.sentence}",
        f"Measured: {claim.statistic}. Ours: {ours(outcome)}.",
    ]
    if result.n and result.why_none:
        lines.append(f"{result.why_none.capitalize()}.")
    if result.n:
        values = zip(outcome.seeds, outcome.values, strict=True)
        lines.append("By seed: " + ", ".join(f"{seed}: {_number(value)}" for seed, value in values) + ".")
    if outcome.p is not None:
        lines.append(f"p = {outcome.p:.3g} (least possible with {result.n} seeds: {least_p(result.n):.3g}).")
    if outcome.verdict == Verdict.LACKING:
        lines.append(f"Finished runs: {outcome.missing}.")
    if claim.proof:
        lines.append(f"It holds by algebra; `{claim.proof}` shows it.")
    lines += [f"Reported: {reported.text} ({reported.source})." for reported in claim.reported]
    if outcome.runs:
        lines.append("Records: " + ", ".join(_link(run, out) for run in outcome.runs) + ".")
    return "\n".join(lines) + "\n"


def _link(run: Run, out: Path) -> str:
    where = Path(os.path.relpath(run.path, out)).as_posix()
    return f"[{loss_title(run.name('loss'))} {run.noise.words}, seed {run.seed}]({where})"


def _waiting(section: Section) -> str:
    lines = [f"## {section.title}\n", _row(("claim", "paper", "finished runs")), _row(["---"] * 3)]
    lines += [_row((o.claim.sentence, paper(o), o.missing)) for o in section.waiting]
    return "\n".join(lines) + "\n"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
