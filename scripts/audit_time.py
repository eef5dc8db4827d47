"""Measure how long an audit of a folder takes, and what it finds there: pictures of CIFAR-10 with planted errors.

python scripts/audit_time.py data_dir=DATA out=results/audit_time/MACHINE.json options=folds=0,jobs=1,runtime.threads=1
"""

import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from sl.command_line import run_script
from sl.errors import UserError
from sl.files import replace_json
from sl.paths import ROOT

PICTURES, RATE, SEED = 2000, 0.2, 0


def make_folder(data_dir: Path, root: Path) -> None:
    """Write PICTURES pictures as PNG to a folder for each class, a share RATE of them to that of another class.

    The name of a picture begins with its true class.
    """
    from PIL import Image

    from sl.data import Cifar10
    from sl.noise import corrupt, symmetric

    data = Cifar10(data_dir, download=False).load().subset(PICTURES / 50_000, 0.01)
    noisy = corrupt(data.train_labels, symmetric(data.num_classes, RATE), SEED)
    for row, (true, label) in enumerate(zip(data.train_labels.tolist(), noisy.tolist(), strict=True)):
        path = root / data.class_names[label] / f"{data.class_names[true]}_{row:04}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(data.train_images[row].permute(1, 2, 0).numpy()).save(path)


def timed(root: Path, work: Path, options: Sequence[str]) -> dict[str, Any]:
    """Audit the folder `root` in its own process; returns wall and processor seconds and the quality."""
    folders = [f"{name}_dir={work / name}" for name in ("runs", "models", "checkpoints", "results")]
    command = ["scripts/audit.py", "dataset=folder", f"data_dir={root}", "loss=sl", *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    subprocess.run([sys.executable, *command, *folders, f"out={work / 'out'}"], check=True, cwd=ROOT, env=environment)
    wall, after = perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    seconds = {"wall_seconds": round(wall, 1), "processor_seconds": round(processor, 1)}
    return {"options": list(options), **audit_quality(work / "out"), **seconds}


def audit_quality(out: Path) -> dict[str, Any]:
    """The quality of the ranking, the estimate and the decisions of the audit in the folder `out`."""
    from sklearn.metrics import average_precision_score

    lines = list(csv.DictReader((out / "suspects.csv").read_text(encoding="utf-8").splitlines()))
    wrong = [Path(line["path"]).name.partition("_")[0] != line["label"] for line in lines]
    changed = [bad for bad, line in zip(wrong, lines, strict=True) if line["decision"] == "change"]
    ranked = average_precision_score(wrong, [-float(line["confidence_label"]) for line in lines])
    return {
        "pictures": len(lines),
        "wrong": round(sum(wrong) / len(wrong), 4),
        "estimated": json.loads((out / "noise.json").read_text(encoding="utf-8"))["rate"],
        "average_precision": round(float(ranked), 4),
        "decided": len(changed),
        "decision_precision": round(sum(changed) / len(changed), 4) if changed else None,
    }


def main(data_dir: Path, out: Path, options: tuple[str, ...] = ()) -> None:
    """Make a folder of pictures with planted errors, audit it, and add what was measured to a record.

    data_dir: folder that holds CIFAR-10
    out: JSON file of the record
    options: of sl audit, such as folds=0,jobs=1
    """
    from studies.bench.command import header

    try:
        record = json.loads(out.read_bytes()) if out.exists() else header() | {"cases": []}
    except ValueError:
        raise UserError("out", out, "must be a record of this command, or a new file") from None
    with tempfile.TemporaryDirectory() as temporary:
        root, work = Path(temporary) / "pictures", Path(temporary) / "work"
        make_folder(data_dir, root)
        record["cases"].append(timed(root, work, options))
    replace_json(out, record)
    print(json.dumps(record["cases"][-1], indent=1))


if __name__ == "__main__":
    run_script(main)
