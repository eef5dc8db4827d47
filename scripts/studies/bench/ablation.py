"""Measures the effect of each technique: the default and the default with one change take turns."""

import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch

from sl import fused
from sl.processes import cores
from sl.train.device import CAPTURED, Runtime
from sl.train.engine import Engine
from studies.bench.contender import CASES, Contender, EngineContender, ReferenceContender, chosen, prepare_case
from studies.bench.measure import rounds_of, spread, team, times
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


class RoundedConvolutions(EngineContender):
    """The engine in float32, whose convolutions may round their inputs to bfloat16 where oneDNN finds that faster."""

    def __init__(self, case: str) -> None:
        torch.backends.mkldnn.conv.fp32_precision = "bf16"  # type: ignore[attr-defined]  # this process has no other engine
        super().__init__(case, ["runtime.precision=float32"])


class Loaded(EngineContender):
    """The engine on images that come from PIL and worker processes; its step is then not captured."""

    def __init__(self, case: str) -> None:
        super().__init__(case)
        self.loop = ReferenceLoop(self.prepared, workers=cores())

    def train_on(self, order: torch.Tensor) -> None:
        """Train once on the images `order`, which the loader of the reference loop reads."""
        device = self.engine.runtime.device
        self.loop.order[:] = order.tolist()
        self.engine.model.train()
        for (images, _), index in zip(self.loop.loader, order.split(self.engine.batch_size), strict=True):
            self.engine.update(images.to(device, non_blocking=True), index.to(device, non_blocking=True))
        self.engine.loss_sum.item()


def changes_for(runtime: Runtime) -> dict[str, Callable[[str], Contender]]:
    """The changes that this device allows, by title, each as a function from a case to its changed contender."""
    captured = ", step not captured" if runtime.step in CAPTURED else ""
    found: dict[str, Callable[[str], Contender]] = {
        "everything: the reference loop": ReferenceContender,
        f"images from PIL and worker processes{captured}": Loaded,
        "channels first": ChannelsFirst,
    }
    options = {"runtime=deterministic": "runtime=deterministic", "step compiled": "runtime.step=compile"}
    if runtime.precision == "bfloat16":
        options["float32"] = "runtime.precision=float32"
    if runtime.device.type == "cuda":
        options |= {
            "step not captured": "runtime.step=eager",
            "step compiled and captured (runtime=fast)": "runtime=fast",
        }
    else:
        found["layers not fused"] = Unfused
        if runtime.precision == "bfloat16":
            found["float32, convolutions allowed bfloat16"] = RoundedConvolutions
        options["one thread"] = "runtime.threads=1"
    return found | {name: partial(EngineContender, overrides=[option]) for name, option in options.items()}


def ablate(case: str, rounds: int, seconds: float) -> Iterator[dict[str, dict[str, Any]]]:
    """Measure every change of `case` against the default; yields the record for JSON so far after each change."""
    prepared = prepare_case(case)
    batch = prepared.plan.batch_size
    rows: list[dict[str, Any]] = []
    with team(batch, 1, EngineContender, case) as default:
        default.fit_steps(seconds)
        all_default: list[float] = []
        for name, make in changes_for(prepared.runtime).items():
            try:
                with team(batch, 1, make, case) as changed:
                    changed.fit_steps(seconds)
                    *_, laps = rounds_of({"default": default, "changed": changed}, rounds)
            except Exception as error:  # hours of a machine are not lost for one change that it cannot do
                print(f"not measured: {name}: {error}", file=sys.stderr, flush=True)
                continue
            all_default += laps["default"]
            ratio = times(laps["changed"], laps["default"])
            rows.append({"name": name, "images_per_second": spread(laps["changed"]), "times": ratio})
            record = {
                "case": CASES[case][0],
                "rounds": rounds,
                "default": spread(all_default),
                "runtime": chosen(prepared.runtime),
                "changes": rows,
            }
            yield {case: record}
