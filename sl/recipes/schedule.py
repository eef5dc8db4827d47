"""The learning rate of every step."""

import math

from sl.options.recipe import RecipeConfig


def learning_rate(recipe: RecipeConfig, step: int, steps: int, paper_steps: int) -> float:
    """Learning rate of optimiser step `step` (from 0) in a run of `steps`.

    A shorter run (`steps` < `paper_steps`, the recipe's full number of steps) goes through the same schedule
    faster: it has the rate that the full run has after the same share of its steps. With e epochs and t steps of
    the full run finished:

    - steps: lr * gamma^(number of milestones <= e)
    - cosine: lr / 2 * (1 + cos(pi * e / epochs)), one value per epoch as in the APL code
    - both times Keras' 1 / (1 + lr_decay * t), which falls with every step
    """
    finished_epochs = step * recipe.epochs // steps
    finished_steps = step * paper_steps / steps
    if recipe.schedule == "cosine":
        factor = (1 + math.cos(math.pi * finished_epochs / recipe.epochs)) / 2
    else:
        factor = recipe.gamma ** sum(milestone <= finished_epochs for milestone in recipe.milestones)
    return recipe.lr * factor / (1 + recipe.lr_decay * finished_steps)
