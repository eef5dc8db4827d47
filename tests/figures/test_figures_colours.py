"""Colours of losses and of classes, as people with and without colour vision see them."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from sl.figures.style import CLASS_COLOURS
from sl.record.run import Array
from sl.record.shown import known

SEEN_BY = {  # Machado, Oliveira and Fernandes 2009, on linear RGB
    "all": np.eye(3),
    "deuteranopes": np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
    "protanopes": np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
}


def lab(colours: list[str], sight: Array) -> Array:
    """CIE L*a*b* (D65) of colours as seen, (n, 3)."""
    rgb = np.array([to_rgb(colour) for colour in colours])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4) @ sight.T
    to_xyz = np.array([[0.4125, 0.3576, 0.1804], [0.2127, 0.7152, 0.0722], [0.0193, 0.1192, 0.9503]])
    xyz = np.clip(linear, 0, 1) @ to_xyz.T / np.array([0.9505, 1, 1.0888])
    root = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.stack([116 * root[:, 1] - 16, 500 * (root[:, 0] - root[:, 1]), 200 * (root[:, 1] - root[:, 2])], axis=1)


@pytest.mark.parametrize("viewers", SEEN_BY)
def test_no_colour_stands_for_a_loss_and_for_a_class(viewers: str) -> None:
    of_losses = [item.colour for item in known("loss").values() if item.colour]
    losses, classes = (lab(list(colours), SEEN_BY[viewers]) for colours in (of_losses, CLASS_COLOURS))
    apart = np.linalg.norm(losses[:, None] - np.vstack([losses, classes])[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    assert apart.min() > 12  # a just noticeable difference is about 2.3
