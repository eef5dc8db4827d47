"""Length, stages and schedule of a run; device, precision and step mode."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from sl import processes
from sl.config.compose import compose_run
from sl.errors import UserError
from sl.processes import as_one_of, cores
from sl.train.device import find_device, resolve_runtime
from sl.train.plan import batch_sizes, make_plan, stages
from sl.train.prepared import prepare
from sl.train.threads import asked_threads, threads_of_environment, threads_that_pay

RECIPE = SimpleNamespace(epochs=120, batch_size=128)


def test_full_plan_is_the_papers() -> None:
    plan = make_plan(RECIPE, SimpleNamespace(epoch_share=1.0, batch_share=1.0), 50_000, 50_000)
    assert (plan.epochs, plan.steps_per_epoch, plan.steps) == (120, 391, 46_920)
    assert plan.paper_steps == plan.steps
    assert plan.stages == {"early": 10, "middle": 50, "late": 100}


def test_scaled_plan() -> None:
    plan = make_plan(RECIPE, SimpleNamespace(epoch_share=1 / 3, batch_share=0.25), 5_000, 50_000)
    assert (plan.epochs, plan.batch_size, plan.steps_per_epoch, plan.paper_steps) == (40, 32, 157, 46_920)


def test_batches_of_one_image_are_refused() -> None:
    """Batch normalisation of a dense layer cannot do with one."""
    with pytest.raises(UserError, match=r"recipe\.batch_size=128: batches must have two or more images"):
        make_plan(RECIPE, SimpleNamespace(epoch_share=1.0, batch_share=1 / 128), 5_000, 50_000)


def test_a_training_set_of_one_image_is_refused() -> None:
    """A share that is held out can leave one; no other batch could take it in."""
    with pytest.raises(UserError, match=r"^the training set has 1 image here: a run needs two or more"):
        make_plan(RECIPE, SimpleNamespace(epoch_share=1.0, batch_share=1.0), 1, 3)


@pytest.mark.parametrize("batch", [2, 3, 7, 128])
def test_no_image_is_alone_and_none_is_lost(batch: int) -> None:
    for images in range(2, 300):
        sizes = batch_sizes(images, batch)
        assert sum(sizes) == images
        assert min(sizes) > 1
        if images % batch != 1 or images < batch:  # as torch cuts it
            assert sizes == [len(part) for part in torch.arange(images).split(batch)]


def test_an_image_alone_joins_the_batch_before() -> None:
    plan = make_plan(RECIPE, SimpleNamespace(epoch_share=1.0, batch_share=1.0), 257, 257)
    assert plan.steps_per_epoch == plan.paper_steps_per_epoch == 2
    assert batch_sizes(257, 128) == [128, 129]


@pytest.mark.parametrize("epochs", [1, 2, 3, 7, 50, 150, 200])
def test_stages_lie_inside_the_run_in_order(epochs: int) -> None:
    early, middle, late = stages(epochs).values()
    assert 1 <= early <= middle <= late <= epochs


def runtime(**values: object) -> SimpleNamespace:
    return SimpleNamespace(**{"device": "cpu", "precision": "auto", "step": "auto", "deterministic": False} | values)


def has_gpus(monkeypatch: pytest.MonkeyPatch, count: int, capability: tuple[int, int] = (9, 0)) -> None:
    """This machine seems to have so many GPUs."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)


@pytest.mark.parametrize(
    ("able", "precision"),
    [({}, "float32"), ({"avx512_bf16": True}, "bfloat16"), ({"amx_bf16": True}, "bfloat16")],
)
def test_auto_precision_is_what_the_processor_multiplies_fast(
    able: dict[str, bool], precision: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch.cpu.get_capabilities", lambda: able)
    assert resolve_runtime(runtime(threads=1)).precision == precision


@pytest.mark.parametrize(("capability", "precision"), [((7, 5), "float32"), ((8, 0), "bfloat16")])
def test_auto_precision_is_what_the_gpu_multiplies_fast(
    capability: tuple[int, int], precision: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_gpus(monkeypatch, 1, capability)
    assert resolve_runtime(runtime(device="cuda", threads=1)).precision == precision


@pytest.mark.parametrize(
    ("device", "step", "found"),
    [
        ("cpu", "auto", "eager"),
        ("cpu", "fastest", "eager"),
        ("cuda", "auto", "graph"),
        ("cuda", "fastest", "compiled_graph"),
        ("cuda", "eager", "eager"),
    ],
)
def test_how_a_step_runs_depends_on_the_device(
    device: str, step: str, found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_gpus(monkeypatch, 1)
    assert resolve_runtime(runtime(device=device, step=step, threads=1)).step == found


def test_threads_that_nobody_chose_are_one_or_more() -> None:
    assert resolve_runtime(runtime(threads=None)).threads >= 1


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"device": "banana"}, "runtime.device=banana: must be"),
        ({"device": "cpu:0"}, "runtime.device=cpu:0: must be auto, cpu, cuda or cuda:N"),
        ({"device": "cpu:1"}, "runtime.device=cpu:1: must be auto, cpu, cuda or cuda:N"),
        ({"precision": "float16"}, r"precision=float16: did you mean bfloat16\? must be one of auto, float32"),
        (
            {"step": "graph"},
            "runtime.step=graph: must be auto, fastest, eager or compile: CUDA graphs need a CUDA device",
        ),
        (
            {"step": "compiled_graph"},
            "runtime.step=compiled_graph: must be auto, fastest, eager or compile: CUDA graphs need a CUDA device",
        ),
        ({"threads": 0}, "runtime.threads=0: must be"),
    ],
)
def test_wrong_runtime_is_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(UserError, match=message):
        resolve_runtime(runtime(**{"threads": 1} | values))


@pytest.mark.parametrize(("name", "number"), [("auto", 0), ("cuda", 0), ("cuda:1", 1)])
def test_a_gpu_has_the_number_that_torch_asks_for(name: str, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    has_gpus(monkeypatch, 2)
    device = find_device(name)
    assert device == torch.device("cuda", number)
    assert torch.cuda._utils._get_device_index(device) == number  # what torch.cuda.set_device does with it


@pytest.mark.parametrize(("worker", "number"), [(None, 0), (0, 0), (3, 3), (5, 1)])
def test_processes_that_train_at_once_share_out_the_gpus(
    worker: int | None, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_gpus(monkeypatch, 4)
    monkeypatch.setattr(processes._AtWork, "number", worker)
    assert find_device("auto") == torch.device("cuda", number)
    assert find_device("cuda") == torch.device("cuda", 0)


@pytest.mark.parametrize(("quota", "found"), [("150000 100000", 2), ("max 100000", None), ("", None), (None, None)])
def test_a_container_may_have_fewer_cores_than_its_machine(
    quota: str | None, found: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "QUOTA", tmp_path / "cpu.max")
    monkeypatch.setattr("os.sched_getaffinity", lambda _: range(64), raising=False)
    if quota is not None:
        (tmp_path / "cpu.max").write_text(quota)
    assert cores() == (found or 64)


@pytest.mark.parametrize(
    ("count", "message"),
    [
        (1, "runtime.device=cuda:5: must be auto, cpu or cuda:0: this machine has 1 CUDA device"),
        (2, "runtime.device=cuda:5: must be auto, cpu or cuda:0 to cuda:1: this machine has 2 CUDA devices"),
    ],
)
def test_a_gpu_that_is_not_there_is_told_which_are(count: int, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    has_gpus(monkeypatch, count)
    with pytest.raises(UserError) as error:
        find_device("cuda:5")
    assert str(error.value) == message


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_cuda_that_is_not_there_is_refused() -> None:
    with pytest.raises(UserError, match=r"runtime\.device=cuda: must be auto or cpu: this machine has 0 CUDA devices"):
        find_device("cuda")


def test_a_small_step_gets_one_thread_and_a_large_one_a_core_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sl.train.threads.cores", lambda: 8)
    monkeypatch.setattr("torch.cpu.get_capabilities", lambda: {"num_physical_cores": 4})
    assert threads_that_pay((1, 8, 8), 128) == 1
    assert threads_that_pay((1, 28, 28), 128) == threads_that_pay((3, 32, 32), 128) == 4
    monkeypatch.setattr("torch.cpu.get_capabilities", dict)  # some machines do not say
    assert threads_that_pay((3, 32, 32), 128) == 8


def test_a_container_gets_no_more_threads_than_its_own_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sl.train.threads.cores", lambda: 2)
    monkeypatch.setattr("torch.cpu.get_capabilities", lambda: {"num_physical_cores": 64})
    assert threads_that_pay((3, 32, 32), 128) == 2


@pytest.mark.parametrize(
    ("at_once", "variable", "threads"),
    [
        *((1, "", 16), (3, "", 5), (4, "", 4), (16, "", 1), (20, "", 1)),
        *((1, "20", 20), (4, "20", 4), (4, "2", 2)),
    ],
)
def test_runs_at_once_share_the_cores(
    at_once: int, variable: str, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A share is a limit: a small step takes one thread."""
    monkeypatch.setenv("OMP_NUM_THREADS", variable)
    monkeypatch.setattr("sl.train.threads.cores", lambda: 16)
    monkeypatch.setattr("torch.cpu.get_capabilities", lambda: {"num_physical_cores": 16})
    with as_one_of(at_once):
        asked = threads_of_environment()
        assert (asked or threads_that_pay((3, 32, 32), 128)) == threads
        assert threads_that_pay((1, 8, 8), 128) == 1
        exact = compose_run(["runtime.threads=9"]).runtime
        assert asked_threads(exact) == 9


def test_digits_train_on_one_thread_unless_more_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert prepare(compose_run(["dataset=digits", "runtime.device=cpu"])).runtime.threads == 1
    assert prepare(compose_run(["dataset=digits", "runtime.device=cpu", "runtime.threads=2"])).runtime.threads == 2
