"""Files of a published data set: found on disk, unpacked or downloaded, and checked against the published md5."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sl.data.disk import reading
from sl.data.download import fetch, verify
from sl.errors import UserError


@dataclass(frozen=True)
class Archive:
    """A published archive: its addresses (mirrors first, the origin last), where it is kept and its md5."""

    urls: Sequence[str]
    path: Path
    md5: str

    def provide(self, files: Sequence[Path], unpack: Callable[[Path], None], download: bool) -> None:
        """Call `unpack` with the path of the archive, whose md5 is checked, if one of its `files` is missing.

        A missing archive is downloaded if `download` is true; else UserError says how to get it.
        """
        with reading(self.path.parent):
            missing = next((file for file in files if not file.exists()), None)
        if missing is None:
            return
        if not self.path.exists() and not download:
            raise UserError(
                f"{missing} is missing: set dataset.download=true, or get {self.urls[-1]} (md5 {self.md5}) "
                f"and put it at {self.path}; data_dir or SL_DATA_DIR says where data sets lie"
            )
        fetch(self.urls, self.path, f"md5:{self.md5}")
        unpack(self.path)

    def check(self, files: Mapping[Path, str]) -> None:
        """Raises UserError that names the first of the `files` (path to md5) that is damaged."""
        for file, md5 in files.items():
            verify(file, f"md5:{md5}", f"delete it and run again to unpack it from {self.path.name} ({self.urls[-1]})")
