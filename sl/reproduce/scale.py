"""Which scale `auto` stands for."""

from sl.train.device import find_device


def scale_here(device: str) -> str:
    """The paper's scale on a GPU and cpu without one; UserError where this machine lacks the `device`."""
    return "paper" if find_device(device).type == "cuda" else "cpu"
