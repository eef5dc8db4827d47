"""Every random draw of a run comes from a generator of its own, named by run seed, purpose and epoch."""

import hashlib

import torch


def generator(seed: int, purpose: str, epoch: int = 0) -> torch.Generator:
    """A CPU generator that depends on its arguments alone.

    Draws are made on the CPU and moved, so that every device sees the same ones; and since an epoch's
    generator does not depend on what was drawn before, a resumed run continues as if it had never stopped.
    """
    digest = hashlib.sha256(f"{seed}/{purpose}/{epoch}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "little") >> 1)
