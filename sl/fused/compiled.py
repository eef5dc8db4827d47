"""Compiles the C++ source for this machine, once, and loads it."""

import ctypes
import os
import shlex
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from sl.files import short_digest

SOURCE = Path(__file__).with_name("norm_pool_relu.cpp")
MAPS = Path("/proc/self/maps")
OPTIONS = (
    *("-std=c++17", "-O3", "-march=native", "-mprefer-vector-width=512"),
    *("-fno-math-errno", "-fno-trapping-math", "-ffp-contract=off"),
)
POINTER, LONG, INT, FLOAT = ctypes.c_void_p, ctypes.c_int64, ctypes.c_int, ctypes.c_float
SHAPE = [LONG] * 4 + [INT, FLOAT, INT]  # n, h, w, c, pool, eps, threads
FORWARD = [POINTER] * 3 + SHAPE + [FLOAT] + [POINTER] * 6
BACKWARD = [POINTER] * 7 + SHAPE + [POINTER] * 3


@cache
def library() -> ctypes.CDLL | None:
    """The compiled functions; None without a compiler, where it fails, or where PyTorch uses no OpenMP."""
    compiler, openmp = os.environ.get("CXX") or shutil.which("g++"), loaded_openmp()
    if compiler is None or openmp is None:
        return None
    try:
        loaded = ctypes.CDLL(str(built(shlex.split(compiler), openmp)))
    except (OSError, RuntimeError, ValueError, subprocess.SubprocessError):
        return None  # RuntimeError: this user has no home folder; ValueError: a quote of CXX is not closed
    for name in ("float32", "bfloat16"):
        getattr(loaded, f"forward_{name}").argtypes = FORWARD
        getattr(loaded, f"backward_{name}").argtypes = BACKWARD
    return loaded


def loaded_openmp() -> Path | None:
    """The OpenMP library that PyTorch has loaded: with another one, two sets of threads would share the cores."""
    lines = MAPS.read_text().splitlines() if MAPS.exists() else []
    paths = [Path(line.split(maxsplit=5)[-1]) for line in lines]  # the sixth column; a path may hold blanks
    return next((path for path in paths if path.name.startswith(("libgomp", "libiomp5", "libomp"))), None)


def built(compiler: list[str], openmp: Path) -> Path:
    """The shared library for this source, compiler, processor and OpenMP library, compiled unless it is there.

    `compiler` is a command in parts, as in CXX="ccache g++".
    """
    described = call(*compiler, *OPTIONS, "-E", "-v", "-x", "c++", os.devnull)  # what "native" means here
    parts = (SOURCE.read_bytes(), described, repr((OPTIONS, str(openmp))).encode())
    name = short_digest(b"\0".join(parts))
    target = cache_folder() / f"norm_pool_relu-{name}.so"
    if not target.exists():
        with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
            compiled, linked = f"{scratch}/compiled.o", f"{scratch}/linked.so"
            call(*compiler, *OPTIONS, "-fopenmp", "-fPIC", "-c", str(SOURCE), "-o", compiled)
            call(*compiler, "-shared", compiled, str(openmp), "-o", linked)
            os.replace(linked, target)
    return target


def call(*command: str) -> bytes:
    """Run `command` and return its standard error; raises CalledProcessError if it fails."""
    return subprocess.run(command, capture_output=True, check=True).stderr


def cache_folder() -> Path:
    """The folder that keeps compiled code for later processes; made if it is missing."""
    base = os.environ.get("XDG_CACHE_HOME")
    folder = (Path(base) if base else Path.home() / ".cache") / "sl-noisy-labels"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
