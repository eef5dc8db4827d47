"""Every block of docs/use-in-your-project.md runs against the real packages, and the model it trains has learned."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from fences import ROOT, blocks

PAGE = ROOT / "docs" / "use-in-your-project.md"
SOURCES = {block.title: block.text for block in blocks(PAGE) if block.language == "python"}
SEEDS = "import random; import numpy; import torch; random.seed(0); numpy.random.seed(0); torch.manual_seed(0)"
START = f"{SEEDS}\n{SOURCES['Use it in your project']}"  # Keras takes its seed from Python's own generator
LEAST = 0.8  # accuracy on true labels; 40 % of the training labels are wrong
TESTED = """
held_out, truth = images[1500:], clean[1500:]
with torch.no_grad():
    outputs = {outputs}
accuracy = (outputs.argmax(1) == truth).float().mean().item()
assert accuracy > {least}, accuracy
"""
# Two half batches that are accumulated have the gradient of the whole, whatever the loss's own reduction
ACCUMULATED = """
batch = {"pixel_values": images[:50], "labels": labels[:50]}
whole = symmetric_loss(vit(batch["pixel_values"]), batch["labels"], 50)
parts = [symmetric_loss(vit(images[at : at + 25]), labels[at : at + 25], torch.tensor(50)) for at in (0, 25)]
torch.testing.assert_close(sum(parts), whole)
"""
# The loop's last loss has measured every epoch: it is not cross entropy without a word
MEASURED = "assert loss.recent.isfinite().all() and loss.least.isfinite()"
MORE = {"Hugging Face Trainer": ACCUMULATED, "Losses that learn during a run": MEASURED}


def run(folder: Path, *parts: str) -> str:
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    command = [sys.executable, "-c", "\n".join(parts)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=environment)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("title", "package", "outputs"),
    [
        ("A plain loop", "torch", "model(held_out)"),
        ("Losses that learn during a run", "torch", "learner.eval()(held_out)"),
        ("Lightning", "lightning", "classifier.eval().model(held_out)"),
        ("Hugging Face Trainer", "transformers", "vit.eval()(held_out).logits"),
        ("timm", "timm", "task.trainable_module.eval()(held_out)"),
        ("Keras 3 with PyTorch", "keras", "torch.as_tensor(keras_model.predict(held_out.numpy(), verbose=0))"),
    ],
)
def test_what_an_adapter_trains_has_learned(title: str, package: str, outputs: str, tmp_path: Path) -> None:
    if find_spec(package) is None:  # Keras itself cannot be imported where its default backend, TensorFlow, is missing
        pytest.skip(f"{package} is not installed: pip install 'sl-noisy-labels[adapters]'")
    more = MORE.get(title, "")
    run(tmp_path, START, SOURCES[title], TESTED.format(outputs=outputs, least=LEAST), more)


@pytest.mark.slow
def test_the_class_report_of_the_plain_loop(tmp_path: Path) -> None:
    printed = run(tmp_path, START, SOURCES["A plain loop"], SOURCES["Is every class learned?"])
    assert [line.split()[1] for line in printed.splitlines()[1:11]] == list("0123456789")
    assert (tmp_path / "classes.png").stat().st_size > 10_000


@pytest.mark.slow
def test_tabular_data_from_the_estimate_to_the_report(tmp_path: Path) -> None:
    """The matrix that the page estimates is near the one that it draws with, and both models have learned the truth."""
    near = f"""
assert abs(torch.as_tensor(noise.transition) - torch.tensor(own)).max() < 0.2, noise.transition
assert (marked == -100).sum() > 10
assert (given[marked == -100] != torch.as_tensor(wine.target)[marked == -100]).float().mean() > {LEAST}
"""
    printed = run(tmp_path, START, SOURCES["Tabular data, or any logits"], near)
    means = [float(line.split()[-2]) for line in printed.splitlines() if line.startswith("worst class")]
    assert len(means) == 2
    assert min(means) > 100 * LEAST


@pytest.mark.slow
def test_the_blocks_without_a_framework_run_one_after_the_other(tmp_path: Path) -> None:
    """As in a notebook: no block takes away a name that a later one needs."""
    first = list(SOURCES)[: list(SOURCES).index("Lightning")]
    assert len(first) == 5
    run(tmp_path, SEEDS, *(SOURCES[title] for title in first), "assert len(labels) == len(images) == len(clean)")


def test_no_block_is_left_out() -> None:
    assert len(SOURCES) == 9
