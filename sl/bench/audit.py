"""How long an audit of a folder takes, and what it finds there: pictures of CIFAR-10 with planted errors.

    python -m sl.bench.audit DATA_DIR OUT.json [OPTION=VALUE ...]

DATA_DIR holds CIFAR-10. The folder is made first; what is measured is the whole command of the audit in a process of
its own: start, reading, training, sheet.
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

import torch
from sklearn.metrics import average_precision_score

from sl.bench.command import header
from sl.data import Cifar10
from sl.files import replace_file
from sl.noise import corrupt, symmetric
from sl.record.provenance import ROOT

PICTURES, RATE, SEED = 2000, 0.2, 0


def make_folder(data_dir: Path, root: Path) -> None:
    """PICTURES pictures as PNG in a folder for each class, RATE of them in the folder of another class.

    The name of a picture begins with its true class.
    """
    from PIL import Image

    data = Cifar10(data_dir, download=False).load().subset(PICTURES / 50_000, 0.01)
    noisy = corrupt(data.train_labels, symmetric(data.num_classes, RATE), SEED)
    for row, (true, label) in enumerate(zip(data.train_labels.tolist(), noisy.tolist(), strict=True)):
        path = root / data.class_names[label] / f"{data.class_names[true]}_{row:04}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(data.train_images[row].permute(1, 2, 0).numpy()).save(path)


def timed(root: Path, work: Path, options: Sequence[str]) -> dict[str, Any]:
    """Audit the folder; seconds on the clock and of processors, and how good the ranking is."""
    folders = [f"{name}_dir={work / name}" for name in ("runs", "models", "checkpoints", "results")]
    command = ["scripts/audit.py", "dataset=folder", f"data_dir={root}", "loss=sl", *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    subprocess.run([sys.executable, *command, *folders, f"out={work / 'out'}"], check=True, cwd=ROOT, env=environment)
    wall, after = perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    lines = list(csv.DictReader((work / "out" / "suspects.csv").read_text().splitlines()))
    wrong = [Path(line["path"]).name.partition("_")[0] != line["label"] for line in lines]
    ranked = average_precision_score(wrong, [-float(line["score"]) for line in lines])
    noise = json.loads((work / "out" / "noise.json").read_text())
    changed = [bad for bad, line in zip(wrong, lines, strict=True) if line["decision"] == "change"]
    return {
        "options": list(options),
        "pictures": len(lines),
        "wrong": round(sum(wrong) / len(wrong), 4),
        "estimated": noise["rate"],
        "average_precision": round(float(ranked), 4),
        "decided": len(changed),
        "decision_precision": round(sum(changed) / len(changed), 4) if changed else None,
        "wall_seconds": round(wall, 1),
        "processor_seconds": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1),
    }


def main(data_dir: Path, out: Path, options: Sequence[str]) -> None:
    """Make the folder, audit it, and add what was measured to the JSON at `out`."""
    record = json.loads(out.read_text()) if out.exists() else header() | {"cases": []}
    with tempfile.TemporaryDirectory() as temporary:
        root, work = Path(temporary) / "pictures", Path(temporary) / "work"
        make_folder(data_dir, root)
        record["cases"].append(timed(root, work, options))
    replace_file(out, json.dumps(record, indent=1) + "\n")
    print(json.dumps(record["cases"][-1], indent=1))


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
