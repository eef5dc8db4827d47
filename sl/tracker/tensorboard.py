"""Logs the record to event files of TensorBoard."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from sl.files import expanded
from sl.record.run import Run
from sl.record.schema import Epoch, Header, Probe
from sl.tracker.base import Pictures, Tracker, needs
from sl.tracker.run_name import short_name
from sl.tracker.values import config, epoch_values, summary

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter


class TensorBoardTracker(Tracker):
    """A folder of event files for each run in `dir`, called by its name and identity; TensorBoard's step is the epoch.

    A run that is logged again keeps its folder, even if its name is another now, as in a sweep and alone. Raises
    UserError if the package tensorboard is not installed.
    """

    def __init__(self, dir: str) -> None:
        needs("tensorboard", "tensorboard")
        self.dir = expanded("dir", dir)

    def start(self, header: Header, path: Path, resumed: int = 0) -> None:
        """Open the event file, and write the configuration as text."""
        self._header, self._epochs = header, list[Epoch]()
        name = f"{short_name(Run(header))}-{header.identity}"
        there = sorted(folder.name for folder in self.dir.glob(f"*-{header.identity}"))
        self._writer = self._open(*(there or [name]))
        text = json.dumps(config(header), indent=1)
        self._writer.add_text("config", "\n".join(f"    {line}" for line in text.splitlines()), 0, self.clock())

    def epoch(self, line: Epoch) -> None:
        """Write every number of the epoch."""
        self._epochs.append(line)
        for name, value in epoch_values(self._header, line).items():
            if not isinstance(value, str):  # the worst class's name is no number
                self._writer.add_scalar(name, value, line.epoch, self.clock())

    def probe(self, line: Probe) -> None:
        """Write the confusion matrix as an image."""
        from sl.tracker.confusion_figure import confusion

        name = f"confusion/{line.stage}"
        self._writer.add_figure(name, confusion(self._header, line), line.epoch, walltime=self.clock())

    def close(self, finished: bool) -> None:
        """Write the summary at the last epoch, and close the file."""
        for name, value in summary(self._header, self._epochs).items():
            self._writer.add_scalar(f"summary/{name}", value, len(self._epochs), self.clock())
        self._writer.close()

    def pictures(self, name: str, images: Pictures) -> None:
        """Write the images as those of a run called `name`."""
        import numpy as np
        from PIL import Image

        writer = self._open(name)
        for title, path in images.items():
            with Image.open(path) as image:
                writer.add_image(title, np.asarray(image.convert("RGB")), 0, self.clock(), dataformats="HWC")
        writer.close()

    def _open(self, name: str, *others: str) -> "SummaryWriter":
        """Open an event file in the folder `name`; delete earlier ones there and in the folders `others`."""
        from torch.utils.tensorboard import SummaryWriter

        for folder in (name, *others):
            for file in (self.dir / folder).glob("events.out.tfevents.*"):
                file.unlink()
        return SummaryWriter(str(self.dir / name))
