"""Empty environments with chosen packages, linked from the environment of the tests: torch is not downloaded."""

import subprocess
import sys
import venv
from collections.abc import Iterable, Iterator
from importlib.metadata import distribution
from pathlib import Path
from zipfile import ZipFile

from packaging.metadata import Metadata
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def environment(folder: Path, wheel: Path, extras: Iterable[str] = ()) -> Path:
    """The folder `bin` of a new environment with `wheel` and nothing but what its extras need.

    pip itself, without any index, confirms that every requirement is there in a version that the wheel allows.
    """
    venv.create(folder, symlinks=True)
    (site,) = folder.glob("lib/python*/site-packages")
    for name in closure(wheel_requirements(wheel), extras):
        link(name, site)
    wanted = f"{wheel}[{','.join(extras)}]" if extras else str(wheel)
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install", "--quiet", "--no-index"]
    subprocess.run([*pip, wanted], check=True)
    return folder / "bin"


def wheel_requirements(wheel: Path) -> list[Requirement]:
    """What the metadata of a wheel require."""
    with ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return Metadata.from_email(archive.read(name), validate=False).requires_dist or []


def closure(requirements: Iterable[Requirement], extras: Iterable[str] = ()) -> set[str]:
    """Names of all installed distributions that `requirements` with `extras` lead to.

    A requirement on the project itself, of which an extra is made of others, is followed too.
    """
    own = list(requirements)
    found: set[tuple[str, str]] = set()
    waiting = [*_wanted(own, ["", *extras])]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        for extra in {"", *requirement.extras} - {known for at, known in found if at == name}:
            found.add((name, extra))
            inner = own if name == "sl-noisy-labels" else map(Requirement, distribution(name).requires or [])
            waiting += _wanted(inner, [extra])
    return {name for name, _ in found} - {"sl-noisy-labels"}


def _wanted(requirements: Iterable[Requirement], extras: Iterable[str]) -> Iterator[Requirement]:
    for requirement in requirements:
        if requirement.marker is None or any(requirement.marker.evaluate({"extra": extra}) for extra in extras):
            yield requirement


def link(name: str, site: Path) -> None:
    """Make the installed distribution `name` importable from the folder `site` too, and known to pip there."""
    found = distribution(name)
    for file in found.files or []:
        top = file.parts[0]
        if top == ".." or top == "__pycache__":  # console scripts; caches
            continue
        source = Path(str(found.locate_file(top)))
        namespace = source.is_dir() and source.suffix != ".dist-info" and not (source / "__init__.py").exists()
        part = Path(*file.parts[: 2 if namespace else 1])  # other distributions may lie in the same namespace
        target = site / part
        target.parent.mkdir(exist_ok=True)
        if not target.exists():
            target.symlink_to(Path(str(found.locate_file(part))))
