"""The text that an audit prints at its end: the findings, the warnings, and the next steps."""

import re
import shlex
from dataclasses import fields
from pathlib import Path

from sl.audit.advice import Advice
from sl.audit.estimate import NoiseEstimate
from sl.audit.measured_error import MeasuredError
from sl.audit.rank import Ranking
from sl.audit.trust import Trust
from sl.config.config_dir import command_words
from sl.config.overrides import override
from sl.options.audit import AuditConfig
from sl.options.run import OWN_DATA, RunConfig

FILES = """\
  suspects.html  the {suspects} most suspicious: look through them in a browser, then save the corrected list;
                 and {sample} drawn at random: judge these for a share of wrong labels that you can rely on
  suspects.csv   the {images:,} labels, the most suspicious first
  labels.csv     the {images:,} labels, {changes}
  noise.json     estimated share of wrong labels, overall and for each class; noise.png shows it
  classes.md     which classes suffer"""

NO_ADVICE = (
    "no alpha and beta are advised, because the network has learnt too little: first repeat the audit with more epochs "
    "(recipe.epochs=) or a pretrained network (docs/your-own-data.md)"
)


def findings(
    ranking: Ranking, estimate: NoiseEstimate, trust: Trust, wanted: float, known: MeasuredError | None
) -> list[str]:
    """The sentences on how many labels are wrong, how many are changed, and the warnings.

    `wanted` is the precision that the user asked for; `known` the measured error of such audits, if there is one.
    """
    rate, changed = estimate.rate, int(ranking.change.sum())
    interval = f"bootstrap interval {100 * rate.low:.1f} to {100 * rate.high:.1f} %, too narrow: docs/audit.md"
    lines = [f"Of {estimate.images:,} labels an estimated {100 * rate.value:.1f} % are wrong ({interval})."]
    if known:
        factors = f"{known.least:g} to {known.most:g} times the estimate"
        lines.append(
            f"In {known.audits} such audits with known wrong labels (8 to 40 %) the true share was {factors}: here it "
            f"would be {known.range_of(rate.value)}."
        )
    expected = 100 * float(ranking.wrong[ranking.change].mean()) if changed else 0.0
    asked = f"(asked: {100 * wanted:g} %)"
    if not changed:
        decided = "None is changed."
    elif changed == 1:
        decided = f"1 is changed in labels.csv; it is wrong with a probability of {expected:.0f} % {asked}."
    else:
        decided = f"{changed:,} are changed in labels.csv; {expected:.0f} % of these are expected to be wrong {asked}."
    return [*lines, decided, *trust.warnings]


def closing(
    config: AuditConfig, found: list[str], out: Path, shown: tuple[int, int], ranking: Ranking, advice: Advice | None
) -> str:
    """The last lines that an audit prints: `found`, the files in `out`, and the commands to go on with.

    `shown` are the numbers of suspects and of images drawn at random on the contact sheet.
    """
    suspects, sample = shown
    changed = bool(ranking.change.any())
    changes = "with the audit's changes applied" if changed else "as given"
    lines = [*found, f"{out}:"]
    lines.append(FILES.format(suspects=suspects, sample=sample, images=len(ranking.order), changes=changes))
    if changed and "labels" in config.dataset:
        training = training_command(config, out / "labels.csv")
        lines.append("to train on labels.csv (once you have judged pictures, name judged_labels.csv instead):")
        lines.append(f"  {training}")
        if smaller := shares_of_the_audit(config):
            lines.append(f"on a CPU add {smaller}: as small a network and batch as in this audit")
    lines.append(f"to train SL on such labels, begin with {advice}" if advice else NO_ADVICE)
    return "\n".join(lines)


def shares_of_the_audit(config: AuditConfig) -> str:
    """The options by which a run takes as small a network and batch as the audit, which took them unasked; or ""."""
    typed = {option.partition("=")[0] for option in config.overrides}
    options = {f"scale.{name}": getattr(config.scale, name) for name in ("width_share", "batch_share")}
    return " ".join(f"{name}={share:g}" for name, share in options.items() if share < 1 and name not in typed)


def training_command(config: AuditConfig, labels: Path) -> str:
    """The command that trains on the audited pictures with the labels in the file `labels`.

    The data set gets a new name, so that records tell the two apart.
    """
    own = {field.name for field in fields(AuditConfig)} - {field.name for field in fields(RunConfig)}
    split = {"dataset.test_share", "dataset.split_seed"}  # replaced by the column "split" of the list
    without = {*own, *split, "dataset.labels", "dataset.name"}
    kept = [typed for typed in config.overrides if typed.lstrip("+~").partition("=")[0] not in without]
    name = config.dataset["name"]
    if name == OWN_DATA:  # the user gave no name: take the folder's
        name = re.sub(r"[^\w-]+", "_", Path(config.dataset["data_dir"]).resolve().name)
    new = [override("dataset.labels", labels), override("dataset.name", f"{name}_corrected")]
    return shlex.join([*command_words("train"), *kept, *new])
