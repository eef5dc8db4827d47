"""Label the pictures of a folder with a network that a run kept: a CSV with path, label and confidence.

sl predict models/folder/0123456789abcdef.json new_pictures --out predictions.csv
"""

import argparse
from pathlib import Path

from sl.command_line import run_script


def main() -> None:
    """Label as the command line says."""
    parser = argparse.ArgumentParser(description="Label pictures with a network that a run with save=true kept.")
    parser.add_argument("model", type=Path, help="its .json or .safetensors, as in models/<data set>/<identity>.json")
    parser.add_argument("folder", type=Path, help="pictures, in folders of any depth")
    parser.add_argument("--out", type=Path, default=Path("predictions.csv"), help="file to write (%(default)s)")
    parser.add_argument("--skip-unreadable", action="store_true", help="name unreadable pictures and leave them out")
    options = parser.parse_args()
    from sl.saved.predict import predict_folder  # imports torch; --help does without it

    print(predict_folder(options.model, options.folder, options.out, options.skip_unreadable), flush=True)


def run() -> None:
    """Begin with what the command line says."""
    run_script(main)
