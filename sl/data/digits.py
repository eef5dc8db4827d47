"""Handwritten digits that come with scikit-learn: a small data set that needs no network."""

from __future__ import annotations

import hashlib

from sl.data.dataset import Dataset, spread

TEST_SHARE = 0.2


class Digits:
    """1,797 grey 8x8 images of the digits 0 to 9 (Alpaydin & Kaynak, UCI, 1998); every fifth of a class is for testing.

    The source's grey values 0 to 16 are scaled to 0 to 255.
    """

    def load(self) -> Dataset:
        """The data set, images (N, 1, 8, 8)."""
        import torch
        from sklearn.datasets import load_digits

        digits = load_digits()
        images = torch.from_numpy(digits.images).mul(255 / 16).round().to(torch.uint8).unsqueeze(1)
        labels = torch.from_numpy(digits.target).long()
        is_test = torch.zeros(len(labels), dtype=torch.bool)
        is_test[spread(labels, TEST_SHARE)] = True
        return Dataset(
            name="digits",
            train_images=images[~is_test],
            train_labels=labels[~is_test],
            test_images=images[is_test],
            test_labels=labels[is_test],
            class_names=tuple(map(str, digits.target_names)),
            train_index=torch.arange(int((~is_test).sum())),
        )

    def fingerprint(self) -> str:
        """sha256 of all pixels and labels (little-endian int64), training set first; 16 hexadecimal digits."""
        data = self.load()
        content = hashlib.sha256()
        for images, labels in ((data.train_images, data.train_labels), (data.test_images, data.test_labels)):
            content.update(images.numpy().tobytes() + labels.numpy().astype("<i8").tobytes())
        return content.hexdigest()[:16]
