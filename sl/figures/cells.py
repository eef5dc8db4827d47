"""Which runs a figure shows: losses under the noise of the paper's figures, or under that of own data."""

from collections.abc import Iterable, Sequence

from sl.comparison import RunGroup, Series
from sl.paper import HIGHER_NOISE, PAPER_EPOCHS, USUAL_NOISE
from sl.record import CLEAN, Noise, Run
from sl.record.shown import loss_title

LossAndNoise = tuple[str, Noise]
PAIR = ("ce", "sl")
COMPARED_NOISES = (USUAL_NOISE, HIGHER_NOISE, Noise("asymmetric", 0.4), Noise("human", None, "worst"))


def usual_noise(group: RunGroup) -> Noise:
    """Symmetric 40 % as in most of the paper's figures; where no run has it, the noise with most runs."""
    if USUAL_NOISE in group.noises:
        return USUAL_NOISE
    noisy = [noise for noise in group.noises if noise != CLEAN] or group.noises or [CLEAN]
    return max(noisy, key=lambda noise: sum(run.noise == noise for run in group.runs))


def runs_of(found: Iterable[Series]) -> list[Run]:
    """The runs of several series."""
    return [run for series in found for run in series.runs]


def compared_noises(group: RunGroup) -> list[Noise]:
    """The noises under which CE and SL are compared: those of `COMPARED_NOISES` that both ran under, else the usual."""
    both = [noise for noise in COMPARED_NOISES if all(group.series(loss, noise) for loss in PAIR)]
    return both or [usual_noise(group)]


def series_to_draw(group: RunGroup, noise: Noise, wanted: Sequence[str] = PAIR) -> dict[LossAndNoise, Series]:
    """The `wanted` losses that ran under `noise`; others fill the free places if all fit or no wanted loss ran."""
    ran = {loss: series for loss in group.losses if (series := group.series(loss, noise))}
    first = [loss for loss in wanted if loss in ran]
    others = [loss for loss in ran if loss not in wanted]
    if not first or len(ran) <= len(wanted):
        first += others[: len(wanted) - len(first)]
    return {(loss, noise): ran[loss] for loss in first}


def with_clean(group: RunGroup, wanted: Sequence[str] = PAIR) -> dict[LossAndNoise, Series]:
    """CE on clean labels if it ran, then `series_to_draw` under the usual noise."""
    noise, clean = usual_noise(group), group.series("ce", CLEAN)
    return ({("ce", CLEAN): clean} if clean else {}) | series_to_draw(group, noise, wanted)


def lacking(
    group: RunGroup, found: dict[LossAndNoise, Series], wanted: Sequence[str] = PAIR, *, clean: bool = True
) -> str:
    """A sentence that lists the losses of the paper's figure that are not in `found`; empty if none is missing.

    `clean`: the figure shows CE on clean labels too. For other data sets than the paper's, only unfinished runs count.
    """
    cells = [(loss, usual_noise(group)) for loss in wanted]
    if clean:
        cells.insert(0, ("ce", CLEAN))
    titles = []
    for loss, noise in cells:
        pending = group.pending(loss, noise)
        if (loss, noise) not in found and (pending or group.names[0] in PAPER_EPOCHS):
            run = max(pending, key=lambda run: len(run.epochs), default=None)
            begun = f" (epoch {len(run.epochs)} of {run.scale.epochs})" if run else ""
            begun = " (diverged)" if run and run.diverged else begun
            titles.append(f"{loss_title(loss)} {noise.title}{begun}")
    return f"Not finished or not recorded yet: {', '.join(titles)}." if titles else ""
