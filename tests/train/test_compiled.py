"""The compiled step: the same training as the eager one, compiled once for all runs of a sweep.

Compiling takes some ten seconds on a busy core, so that these tests share one small engine.
"""

import shutil

import pytest
import torch

from sl.config.compose import compose_run
from sl.train.engine import make_engine
from sl.train.epoch import train_one_epoch
from sl.train.prepared import PreparedRun, prepare

OLD = tuple(map(int, torch.__version__.split(".")[:2])) < (2, 14)
NARROW = ("dataset=digits", "loss=sl", "noise=symmetric", "scale.train_share=0.2", "recipe.batch_size=41")
RUNTIME = ("runtime.precision=float32", "runtime.threads=1", "runtime.device=cpu")

pytestmark = pytest.mark.skipif(shutil.which("g++") is None, reason="compiling needs a C++ compiler; there is no g++")


def short_run(step: str, *more: str) -> PreparedRun:
    return prepare(compose_run([*NARROW, *RUNTIME, f"runtime.step={step}", *more]))


def compilations() -> int:
    from torch._dynamo.utils import counters

    return counters["stats"]["unique_graphs"]


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> object:
    """What the compiler writes goes away with the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path_factory.mktemp("compiled")))
        yield


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # of the compiler's own making
def test_compiled_and_eager_steps_agree_and_a_second_run_does_not_recompile() -> None:
    lines = {}
    for step in ("eager", "compile"):
        run = short_run(step)
        lines[step] = train_one_epoch(make_engine(run), run.plan, 0, 1)[0]
    assert lines["compile"].train_loss == pytest.approx(lines["eager"].train_loss, rel=1e-4)
    assert lines["compile"].test_accuracy == pytest.approx(lines["eager"].test_accuracy, abs=0.01)
    before = compilations()
    assert before > 0
    again = short_run("compile", "seed=1", "noise.rate=0.2")
    first = train_one_epoch(make_engine(again), again.plan, 1, 1)[0]
    if OLD:
        pytest.skip("PyTorch 2.11 compiles again for the second run")
    assert compilations() == before
    assert first.train_loss != lines["compile"].train_loss
