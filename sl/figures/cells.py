"""Which runs a figure shows: losses under the noise of the paper's figures, or under what own data have."""

from collections.abc import Sequence

from sl.record import CLEAN, Noise, Series, Sheet
from sl.record.words import PAPER_EPOCHS, loss_title

Cell = tuple[str, Noise]
PAIR = ("ce", "sl")
USUAL = Noise("symmetric", 0.4)
COMPARED = (USUAL, Noise("symmetric", 0.6), Noise("asymmetric", 0.4), Noise("human", None, "worst"))


def usual_noise(sheet: Sheet) -> Noise:
    """Symmetric 40 % as in most of the paper's figures; where no run has it, the noisy setting with most runs."""
    if USUAL in sheet.noises:
        return USUAL
    noisy = [noise for noise in sheet.noises if noise != CLEAN] or sheet.noises or [CLEAN]
    return max(noisy, key=lambda noise: sum(run.noise == noise for run in sheet.runs))


def compared_noises(sheet: Sheet) -> list[Noise]:
    """Noise settings under which CE and SL are compared: those of `COMPARED` that both ran under, else the usual."""
    both = [noise for noise in COMPARED if all(sheet.series(loss, noise) for loss in PAIR)]
    return both or [usual_noise(sheet)]


def shown(sheet: Sheet, noise: Noise, wanted: Sequence[str] = PAIR) -> dict[Cell, Series]:
    """The `wanted` losses that ran under `noise`; others too where all fit into as many places."""
    ran = {loss: series for loss in sheet.losses if (series := sheet.series(loss, noise))}
    first = [loss for loss in wanted if loss in ran]
    others = [loss for loss in ran if loss not in wanted]
    if not first or len(ran) <= len(wanted):
        first += others[: len(wanted) - len(first)]
    return {(loss, noise): ran[loss] for loss in first}


def with_clean(sheet: Sheet, wanted: Sequence[str] = PAIR) -> dict[Cell, Series]:
    """CE on clean labels where it ran, then the losses under the usual noise."""
    noise, clean = usual_noise(sheet), sheet.series("ce", CLEAN)
    return ({("ce", CLEAN): clean} if clean else {}) | shown(sheet, noise, wanted)


def lacking(sheet: Sheet, found: dict[Cell, Series], wanted: Sequence[str] = PAIR, *, clean: bool = True) -> str:
    """In words: what the paper's figure has and the records of its data set lack, and runs that are not finished."""
    cells = [("ce", CLEAN)] * clean + [(loss, usual_noise(sheet)) for loss in wanted]
    words = []
    for loss, noise in cells:
        pending = sheet.pending(loss, noise)
        if (loss, noise) not in found and (pending or sheet.names[0] in PAPER_EPOCHS):
            run = max(pending, key=lambda run: len(run.epochs), default=None)
            begun = f" (epoch {len(run.epochs)} of {run.scale.epochs})" if run else ""
            begun = " (diverged)" if run and run.diverged else begun
            words.append(f"{loss_title(loss)} {noise.words}{begun}")
    return f"Not finished or not recorded yet: {', '.join(words)}." if words else ""
