"""Random generators: each draw of a run has its own, named by the run's seed, the purpose and the epoch."""

import hashlib

import torch


def generator(seed: int, purpose: str, epoch: int = 0) -> torch.Generator:
    """A CPU generator that depends only on its arguments.

    Draws are made on the CPU and then moved, so that they are the same on every device. An epoch's generator does not
    depend on earlier draws, so a resumed run continues as if it had never stopped.
    """
    digest = hashlib.sha256(f"{seed}/{purpose}/{epoch}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "little") >> 1)
