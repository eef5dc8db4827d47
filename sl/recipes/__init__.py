"""How a network is trained: initial weights, batch normalisation, optimiser, learning rate, input and augmentation."""
