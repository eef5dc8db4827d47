"""A saved network as one ONNX file that needs nothing of this project."""

import json
import warnings
from collections.abc import Sequence
from pathlib import Path

import onnx
import onnxscript  # noqa: F401, torch.onnx needs it
import torch
from torch import Tensor, nn

from sl.errors import UserError
from sl.recipes.normalise import Normalisation
from sl.saved.files import output
from sl.saved.load import SavedModel, load_model

TOLERANCE = 1e-4  # of a probability, between onnxruntime and PyTorch, both in float32
CHECKED = 4  # images


class Whole(nn.Module):
    """Normalisation, network and softmax: pixels (N, C, H, W) from 0 to 255 -> class probabilities (N, K)."""

    def __init__(self, module: nn.Module, normalisation: Normalisation) -> None:
        super().__init__()
        self.module = module
        self.normalisation = normalisation

    def forward(self, pixels: Tensor) -> Tensor:
        """float32 pixels in, float32 probabilities out."""
        return self.module(self.normalisation(pixels.clone())).softmax(1)  # normalisation scales floats in place


def export_onnx(model: Path, out: Path, allow_targets: Sequence[str] = ()) -> str:
    """Write the saved network `model` to the ONNX file `out`; returns a line on what was written and checked.

    Input `pixels` (N, C, H, W) float32 in [0, 255], output `probabilities` (N, K); the metadata hold the classes, the
    run's identity and `margin`: a picture is resized to (H + 2 margin, W + 2 margin), then `margin` pixels are cut off
    each side. Where onnxruntime is installed, its probabilities and PyTorch's must agree within 1e-4 (RuntimeError).
    `allow_targets` is that of `load_model`. UserError, before the work, where `out` cannot be written or the network
    gives nan.
    """
    loaded = load_model(model, allow_targets=allow_targets)
    with output(out, model) as part:
        content, example, expected = as_onnx(loaded)
        part.write_bytes(content)
        return f"{out}: {check(part, example, expected)}"


def as_onnx(loaded: SavedModel) -> tuple[bytes, Tensor, Tensor]:
    """The content of the ONNX file of `loaded`, random pixels of CHECKED images, and PyTorch's output for them.

    UserError where that output is not finite.
    """
    whole = Whole(loaded.module.to(memory_format=torch.contiguous_format), loaded.normalisation).eval()
    example = torch.randint(256, (CHECKED, *loaded.about["image_shape"])).float()
    with torch.inference_mode():
        expected = whole(example)
    if not expected.isfinite().all():
        rule = "the network must give probabilities; for random pixels it gives nan"
        raise UserError(f"{loaded.about['weights']}: {rule}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # torch's and onnxscript's own
        warnings.simplefilter("ignore", FutureWarning)
        program = torch.onnx.export(
            whole, (example,), input_names=["pixels"], output_names=["probabilities"],
            dynamic_shapes=({0: torch.export.Dim("N")},), dynamo=True, verbose=False,
        )  # fmt: skip
    assert program is not None
    proto = program.model_proto
    about = {"classes": json.dumps(loaded.about["classes"]), "identity": loaded.about["identity"]}
    onnx.helper.set_model_props(proto, {**about, "margin": str(loaded.about["margin"])})
    return proto.SerializeToString(), example, expected


def check(path: Path, pixels: Tensor, expected: Tensor) -> str:
    """Whether onnxruntime gives the `expected` probabilities for the file at `path`, in words; RuntimeError if not."""
    try:
        import onnxruntime
    except ImportError:
        return "not checked, onnxruntime is not installed"
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"pixels": pixels.numpy()})
    gap = (torch.from_numpy(found) - expected).abs().max().item()
    if not gap <= TOLERANCE:  # nan is not
        raise RuntimeError(f"{path}: onnxruntime and PyTorch are {gap:.2g} apart")
    return f"onnxruntime and PyTorch agree within {TOLERANCE:g}"
