"""What becomes of rightly and wrongly labelled training images: learnt, memorised or corrected, by epoch."""

from matplotlib.figure import Figure

from sl.figures.lines import Line, epoch_lines
from sl.figures.panels import footer, panels
from sl.figures.style import loss_colour
from sl.record import Noise, Sheet
from sl.record.words import loss_title

RATES = (0.4, 0.6)
LOSSES = ("ce", "sl")
METRICS = {
    "right_accuracy": "rightly labelled:\npredicted as labelled",
    "wrong_memorised": "wrongly labelled:\npredicted as labelled (memorised)",
    "wrong_corrected": "wrongly labelled:\npredicted as the true class",
}


def draw(sheet: Sheet) -> Figure | None:
    """A row of three panels for each noise rate that has runs of CE or SL; None without any."""
    rows = {rate: {loss: sheet.series(loss, Noise("symmetric", rate)) for loss in LOSSES} for rate in RATES}
    rows = {rate: found for rate, found in rows.items() if any(found.values())}
    if not rows:
        return None
    figure, axes = panels("Training images by epoch: learnt, memorised, corrected", len(rows), 3, 2.6, share_y=True)
    for row, (rate, found) in enumerate(rows.items()):
        lines = [Line(series, loss_title(loss), loss_colour(loss)) for loss, series in found.items() if series]
        for column, (metric, words) in enumerate(METRICS.items()):
            panel = axes[3 * row + column]
            panel.set_title(words if row == 0 else "", fontsize=9)
            panel.set(xlabel="epoch", ylim=(0, 101), yticks=range(0, 101, 20))
            epoch_lines(panel, lines, metric, 7)
        counts = ", ".join(
            f"{loss_title(loss)} n = {series.n}" if series else f"{loss_title(loss)}: no run recorded yet"
            for loss, series in found.items()
        )
        axes[3 * row].set_ylabel(f"symmetric {100 * rate:g} %\n{counts}\nshare of images (%)")
    drawn = [run for found in rows.values() for series in found.values() if series for run in series.runs]
    return footer(figure, drawn, spread="Bands")
