"""Local intrinsic dimensionality (LID): how many dimensions the points around a point fill."""

import torch
from torch import Tensor

from sl.checks import integer
from sl.errors import UserError

LEAST_RATIO = 1e-8  # of distances: without it, two points in the same place would make a logarithm infinite


def local_intrinsic_dimensionality(points: Tensor, neighbours: int) -> Tensor:
    """LID (N,) float64 of each of the points (N, D) among the others: -k / sum_j log(r_j / r_k), j = 1 .. k.

    r_1 <= .. <= r_k are the distances to its k = `neighbours` nearest: the maximum-likelihood estimate of Amsaleg et
    al., "Estimating Local Intrinsic Dimensionality", KDD 2015. In the middle of a uniformly
    filled ball of d dimensions its mean is d k / (k - 2). It is not finite where all k distances are equal.

    Raises UserError unless there are more points than neighbours.

    >>> line = torch.arange(5.0)[:, None]
    >>> local_intrinsic_dimensionality(line, 2)[0]  # 2 / log(2 / 1)
    tensor(2.8854, dtype=torch.float64)
    """
    if integer("neighbours", neighbours, 1) >= len(points):
        raise UserError("neighbours", neighbours, f"must be less than the number of points, {len(points)}")
    points = points.double()
    distances = torch.cdist(points, points, compute_mode="donot_use_mm_for_euclid_dist")
    nearest = distances.topk(neighbours + 1, largest=False).values[:, 1:]
    return -neighbours / (nearest / nearest[:, -1:]).clamp(min=LEAST_RATIO).log().sum(dim=1)
