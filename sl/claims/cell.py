"""The runs that a claim needs: a loss under a noise, with the parameters of the page or with others."""

from dataclasses import dataclass

import numpy as np

from sl.record import CLEAN, Noise, Series, Sheet
from sl.record.words import loss_title, parameters


@dataclass(frozen=True)
class Cell:
    """Runs of a loss under a noise; `changed`: parameters of the loss that differ from those of the page."""

    loss: str
    noise: Noise = CLEAN
    changed: tuple[tuple[str, float], ...] = ()

    @property
    def words(self) -> str:
        """For lists of what is missing.

        >>> Cell("sl", Noise("symmetric", 0.4), (("alpha", 1.0),)).words
        'SL (α 1), symmetric 40 %'
        """
        chosen = parameters(dict(self.changed))
        return f"{loss_title(self.loss)}{f' ({chosen})' if chosen else ''}, {self.noise.words}"

    def series(self, sheet: Sheet) -> Series | None:
        """The finished runs of this cell on the sheet; None where there is none."""
        if not self.changed:
            return sheet.series(self.loss, self.noise)
        wanted = {**(sheet.variant(self.loss) or {}), **dict(self.changed)}
        return next((series for values, series in sheet.variants(self.loss, self.noise) if values == wanted), None)

    def begun(self, sheet: Sheet) -> int:
        """How many of its runs have begun and not finished; not told for parameters other than the page's."""
        return 0 if self.changed else len(sheet.pending(self.loss, self.noise))


@dataclass(frozen=True)
class SameProduct(Cell):
    """Runs of SL with another beta and another A than the page's, whose product is the same."""

    @property
    def words(self) -> str:
        """For lists of what is missing."""
        return f"{loss_title(self.loss)} (other β and A, same β·A), {self.noise.words}"

    def series(self, sheet: Sheet) -> Series | None:
        """The finished runs of this cell on the sheet; None where there is none."""
        page = sheet.variant(self.loss)
        for values, series in sheet.variants(self.loss, self.noise):
            product = values["beta"] * values["log_zero"]
            same = np.isclose(product, page["beta"] * page["log_zero"], rtol=1e-3) if page else False
            if page and same and values["beta"] != page["beta"] and values["alpha"] == page["alpha"]:
                return series
        return None

    def begun(self, sheet: Sheet) -> int:
        """Not told."""
        return 0
