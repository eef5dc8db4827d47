"""What an audit says at its end: what was found, what speaks against it, and how to go on."""

import shlex
from pathlib import Path

from sl.audit.advice import Advice
from sl.audit.estimate import NoiseEstimate
from sl.audit.measured_error import MeasuredError
from sl.audit.rank import Ranking
from sl.audit.trust import Trust
from sl.config.compose import override

FILES = """\
  suspects.html  the {suspects} most suspicious: look through them in a browser, then save the corrected list;
                 and {sample} drawn at random: judge these for a share of wrong labels that you can rely on
  suspects.csv   the {images:,} labels, the most suspicious first
  labels.csv     the {images:,} labels, with the audit's changes applied
  noise.json     estimated share of wrong labels, overall and for each class; noise.png shows it
  classes.md     which classes suffer"""


def findings(
    ranking: Ranking, estimate: NoiseEstimate, trust: Trust, wanted: float, known: MeasuredError | None
) -> str:
    """How many labels are wrong and how many are changed, where `wanted` is the expected precision, and warnings.

    `known`: how wrong the estimate was in such audits of known errors.
    """
    rate, changed = estimate.rate, int(ranking.change.sum())
    interval = f"bootstrap interval {100 * rate.low:.1f} to {100 * rate.high:.1f} %, too narrow: docs/audit.md"
    measured = ""
    if known:
        factors = f"{known.least:g} to {known.most:g} times the estimate"
        measured = (
            f" In {known.audits} such audits of known errors the true share was {factors}: here it would be "
            f"{known.range_of(rate.value)}."
        )
    decided = "None is changed."
    if changed:
        expected = 100 * float(ranking.wrong[ranking.change].mean())
        share = f"{expected:.0f} % of these are expected to be wrong (asked: {100 * wanted:g} %)"
        decided = f"{changed:,} are changed; {share}."
    found = f"Of {estimate.images:,} labels an estimated {100 * rate.value:.1f} % are wrong ({interval})."
    return f"{found}{measured} {decided} {trust}".rstrip()


def closing(found: str, out: Path, shown: tuple[int, int], images: int, advice: Advice, own: bool) -> str:
    """The last lines of an audit of so many `images`, of one's `own` data or others.

    Its sheet in `out` shows so many suspects and so many images drawn at random.
    """
    suspects, sample = shown
    lines = [found, f"{out}:", FILES.format(suspects=suspects, sample=sample, images=images)]
    if own:
        labels = shlex.quote(override("dataset.labels", out / "labels.csv"))
        lines.append(f"to train on the corrected labels, add {labels}, or the list that the sheet saved")
    return "\n".join([*lines, f"to train SL on such labels, begin with {advice}"])
