"""Data sets of four times the memory that is allowed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

UNDER_A_LIMIT = """
import resource, sys
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
import torch
from joblib import Parallel, delayed
from torch import nn
from sl.audit.predict import images_of
from sl.audit.subject import subject_of
from sl.data import ImageFolder
from sl.noise import NoNoise
from sl.saved import load
from sl.train.device_data import DeviceData
from sl.train.holdout import hold_out, split

@dataclass
class Run:
    config: object
    dataset: object
    noisy: object
    validation: object = None

load.BATCH = 64
root, storage, allowed = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
source = ImageFolder("mine", root / "mine", 128, storage=storage, cache_dir=root / "cache")
source.outline()
split(torch.tensor([0, 0, 1, 1]), 0.5, 0)
Parallel(n_jobs=-1)(delayed(abs)(number) for number in range(4))  # starts the workers
used = 1024 * int(Path("/proc/self/status").read_text().split("VmData:")[1].split()[0])
resource.setrlimit(resource.RLIMIT_DATA, (used + allowed, used + allowed))
whole = source.load()
part = whole.subset(0.9, 1)
config = SimpleNamespace(fold="1/10", dataset={"data_dir": root / "mine"})
run = Run(config, part, NoNoise().apply(part, 0))
subject = subject_of(run)
data, noisy, validation = hold_out(part, run.noisy, *split(part.train_labels, 0.1, 0))
device = DeviceData(data, "channel", torch.device("cpu"), validation)
seen = sum(len(device.normalisation(device.images[rows])) for rows in torch.randperm(len(data.train_labels)).split(4))
model = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 2))
about = {"image_shape": tuple(whole.test_images.shape[1:]), "margin": 0}
saved = load.SavedModel(model, ("class0", "class1"), device.normalisation, about)
predicted = sum(len(saved.probabilities(images)) for images in images_of(replace(run, validation=validation), subject))
assert predicted == len(validation.labels) + len(whole.test_labels), predicted
print(whole.train_images.nbytes + whole.test_images.nbytes, seen + len(validation.labels), len(part.train_labels))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_DATA counts what Linux counts")
def test_four_times_the_memory_allowed(tmp_path: Path) -> None:
    """Every step from the pictures to the batches, and an audit's predictions.

    32 MiB are allowed beyond what the programs themselves take. Modules that are imported on the way take 11 of them,
    whatever the size of the pictures.
    """
    allowed, count = 32 * 2**20, 2732
    for number in range(count):
        path = tmp_path / "mine" / f"class{number % 2}" / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (2, 2), number % 256).save(path)

    def load(storage: str) -> subprocess.CompletedProcess[str]:
        arguments = [sys.executable, "-c", UNDER_A_LIMIT, str(tmp_path), storage, str(allowed)]
        one_thread = {**os.environ, "OMP_NUM_THREADS": "1"}
        return subprocess.run(arguments, capture_output=True, text=True, env=one_thread, check=False)

    assert load("memory").returncode != 0
    done = load("mapped")
    assert done.returncode == 0, done.stderr
    size, seen, asked = map(int, done.stdout.split())
    assert size >= 4 * allowed
    assert seen == asked
