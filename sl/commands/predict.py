"""Label the pictures of a folder with a network that a run kept: a CSV with path, label and confidence.

sl predict models/folder/0123456789abcdef.json new_pictures out=predictions.csv
"""

from pathlib import Path


def main(
    model: Path,
    folder: Path,
    out: Path = Path("predictions.csv"),
    skip_unreadable: bool = False,
    allow_targets: tuple[str, ...] = (),
) -> None:
    """Label pictures with a network that a run with save=true kept.

    model: the network's .json or .safetensors file, such as models/<data set>/<identity>.json
    folder: pictures, in folders of any depth
    out: file to write
    skip_unreadable: name unreadable pictures and leave them out
    allow_targets: [PACKAGE] allows a network class from your own installed package
    """
    from sl.saved.predict import predict_folder  # imports torch; --help does without it
    from sl.train.device import find_device

    print(predict_folder(model, folder, out, skip_unreadable, allow_targets, find_device("auto")), flush=True)
