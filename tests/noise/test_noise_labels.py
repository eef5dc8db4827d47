import hashlib
import struct

import torch

from sl.noise import NoisyLabels


def noisy(labels: list[int], clean: list[int]) -> NoisyLabels:
    return NoisyLabels(torch.tensor(labels), torch.tensor(clean), torch.eye(3, dtype=torch.float64))


def test_realised_rate_is_the_share_of_wrong_labels() -> None:
    assert noisy([0, 1, 2, 2], [0, 1, 1, 0]).realised_rate == 0.5
    assert noisy([0, 1], [0, 1]).realised_rate == 0.0


def test_fingerprint_hashes_little_endian_int64() -> None:
    expected = hashlib.sha256(struct.pack("<3q", 2, 0, 1)).hexdigest()[:16]
    assert noisy([2, 0, 1], [0, 0, 0]).fingerprint == expected
