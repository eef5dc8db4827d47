"""No noise: the labels as they are."""

import torch

from sl.noise.labels import LabelledData, NoisyLabels


class NoNoise:
    """Leaves every label as it is; its transition matrix is the identity."""

    def apply(self, dataset: LabelledData, seed: int) -> NoisyLabels:
        """The data set's own labels; nothing is drawn, so `seed` has no effect."""
        identity = torch.eye(dataset.num_classes, dtype=torch.float64)
        return NoisyLabels(dataset.train_labels.clone(), dataset.train_labels, identity, not dataset.labels_given)
