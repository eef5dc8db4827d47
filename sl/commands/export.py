"""Export a network that a run kept to ONNX, with its normalisation: pixels in, class probabilities out.

sl export models/folder/0123456789abcdef.json --out model.onnx
"""

import argparse
from pathlib import Path

from sl.command_line import run_script


def main() -> None:
    """Export as the command line says."""
    parser = argparse.ArgumentParser(description="Export a network that a run with save=true kept to ONNX.")
    parser.add_argument("model", type=Path, help="its .json or .safetensors, as in models/<data set>/<identity>.json")
    parser.add_argument("--out", type=Path, default=Path("model.onnx"), help="file to write (%(default)s)")
    options = parser.parse_args()
    from sl.saved.onnx import export_onnx  # imports torch; --help does without it

    print(export_onnx(options.model, options.out), flush=True)


def run() -> None:
    """Begin with what the command line says."""
    run_script(main)
