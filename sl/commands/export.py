"""Export a network that a run kept to ONNX, with its normalisation: pixels in, class probabilities out.

sl export models/folder/0123456789abcdef.json out=model.onnx
"""

from pathlib import Path


def main(model: Path, out: Path = Path("model.onnx"), allow_targets: tuple[str, ...] = ()) -> None:
    """Export a network that a run with save=true kept to ONNX.

    model: the network's .json or .safetensors file, such as models/<data set>/<identity>.json
    out: file to write
    allow_targets: [PACKAGE] allows a network class from your own installed package
    """
    from sl.saved.onnx import export_onnx  # imports torch; --help does without it

    print(export_onnx(model, out, allow_targets), flush=True)
