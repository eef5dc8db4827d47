"""A stand-in of Clothing1M in the layout of its authors: a hundred generated pictures."""

from pathlib import Path

import numpy as np
from PIL import Image


def write_stand_in(root: Path, annotations: str = "") -> dict[str, list[tuple[str, int]]]:
    """100 pictures of several sizes: 70 for training, 14 for validation, 16 for testing; what should be read."""
    rng = np.random.default_rng(0)
    parts = {"noisy_train": range(70), "clean_val": range(70, 84), "clean_test": range(84, 100)}
    lists = root / annotations
    lists.mkdir(parents=True)
    expected, noisy, clean = {}, [], []
    for part, numbers in parts.items():
        names = []
        for number in numbers:
            name, label = f"images/{number % 3}/{number:02}/{number},{number}.jpg", number % 14
            (root / name).parent.mkdir(parents=True)
            pixels = rng.integers(0, 256, (20 + number % 7, 24, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(root / name)
            names.append((name, label))
            (noisy if part == "noisy_train" else clean).append(f"{name} {label}")
        clean.append(f"{names[0][0]} {(names[0][1] + 1) % 14}")  # some pictures have both labels
        (lists / f"{part}_key_list.txt").write_text("".join(f"{name}\n" for name, _ in reversed(names)))
        expected[part] = names[::-1]
    (lists / "noisy_label_kv.txt").write_text("\n".join(noisy) + "\n")
    (lists / "clean_label_kv.txt").write_text("\n".join(clean[:15] + clean[16:-1]) + "\n")
    return expected
