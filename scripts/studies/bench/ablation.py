"""What each technique brings: the default against itself with one thing changed, in turns."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch

from sl import fused
from sl.train.device import CAPTURED, Runtime, cores
from sl.train.engine import Engine
from studies.bench.contender import CASES, EngineContender, ReferenceContender, case_job, chosen
from studies.bench.measure import interleave, spread, team, times
from studies.bench.reference import ReferenceLoop


class ChannelsFirst(EngineContender):
    """The engine with tensors in PyTorch's usual order."""

    def __init__(self, case: str) -> None:
        Engine.memory_format = torch.contiguous_format  # this process has no other engine
        super().__init__(case)


class Unfused(EngineContender):
    """The engine with batch normalisation, pooling and ReLU layer by layer."""

    def __init__(self, case: str) -> None:
        super().__init__(case)
        fused.enable(False)


class Loaded(EngineContender):
    """The engine on images that come from PIL and worker processes; its step is not captured then."""

    def __init__(self, case: str) -> None:
        super().__init__(case)
        self.loop = ReferenceLoop(self.job, workers=cores())

    def train_on(self, order: torch.Tensor) -> None:
        """Train once on the images `order`, which the loader of the reference loop reads."""
        device = self.engine.runtime.device
        self.loop.order[:] = order.tolist()
        self.engine.model.train()
        for (images, _), index in zip(self.loop.loader, order.split(self.engine.batch_size), strict=True):
            self.engine.update(images.to(device, non_blocking=True), index.to(device, non_blocking=True))
        self.engine.loss_sum.item()


@dataclass(frozen=True)
class Change:
    """What is changed, and the contender `make(case, *arguments)` that has it so."""

    name: str
    make: Callable[..., Any]
    arguments: tuple[Any, ...] = ()


def runtime_change(name: str, override: str) -> Change:
    """A change that a runtime option makes."""
    return Change(name, EngineContender, ([override],))


def changes_for(runtime: Runtime) -> list[Change]:
    """All that can be changed on this device."""
    found = [
        Change("everything: the reference loop", ReferenceContender),
        Change(
            "images from PIL and worker processes" + (", step not captured" if runtime.step in CAPTURED else ""), Loaded
        ),
        Change("channels first", ChannelsFirst),
        runtime_change("runtime=deterministic", "runtime=deterministic"),
        runtime_change("step compiled", "runtime.step=compile"),
    ]
    if runtime.precision == "bfloat16":
        found.append(runtime_change("float32", "runtime.precision=float32"))
    if runtime.device.type == "cuda":
        found.append(runtime_change("step not captured", "runtime.step=eager"))
        found.append(runtime_change("step compiled and captured (runtime=fast)", "runtime=fast"))
    else:
        found += [Change("layers not fused", Unfused), runtime_change("one thread", "runtime.threads=1")]
    return found


def ablate(case: str, rounds: int, seconds: float) -> Iterator[dict[str, Any]]:
    """Measure every change of `case` against the default; after each of them, the record for JSON so far."""
    job = case_job(case)
    batch = job.plan.batch_size
    rows: list[dict[str, Any]] = []
    with team(batch, 1, EngineContender, case) as default:
        default.fit_steps(seconds)
        all_default: list[float] = []
        for change in changes_for(job.runtime):
            try:
                with team(batch, 1, change.make, case, *change.arguments) as changed:
                    changed.fit_steps(seconds)
                    laps = interleave({"default": default, "changed": changed}, rounds)
            except Exception as error:  # hours of a machine are not lost for one change that it cannot do
                print(f"not measured: {change.name}: {error}", file=sys.stderr, flush=True)
                continue
            all_default += laps["default"]
            ratio = times(laps["changed"], laps["default"])
            rows.append({"name": change.name, "images_per_second": spread(laps["changed"]), "times": ratio})
            yield {
                "case": CASES[case][0],
                "rounds": rounds,
                "default": spread(all_default),
                "runtime": chosen(job.runtime),
                "changes": rows,
            }
