"""The losses as functions: ``f(logits, labels, parameters of the class)``, as torch.nn.functional has them.

Each builds its class and calls it, so that there is one formula; classes whose state outlives a call have no function.
"""

import inspect
from collections.abc import Callable
from typing import Concatenate, ParamSpec

from torch import Tensor

from sl import losses

P = ParamSpec("P")


def _functional(loss: Callable[P, losses.Loss]) -> Callable[Concatenate[Tensor, Tensor, P], Tensor]:
    def function(logits: Tensor, labels: Tensor, /, *args: P.args, **kwargs: P.kwargs) -> Tensor:
        return loss(*args, **kwargs)(logits, labels)

    given = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_ONLY) for name in ("logits", "labels")]
    own = inspect.signature(loss)
    signature = own.replace(parameters=[*given, *own.parameters.values()], return_annotation=Tensor)
    function.__dict__["__signature__"] = signature
    function.__doc__ = f"The value of `sl.losses.{loss.__name__}` with these parameters; see there."
    return function


active_passive = _functional(losses.ActivePassive)
asymmetric_generalized_cross_entropy = _functional(losses.AsymmetricGeneralizedCrossEntropy)
backward_correction = _functional(losses.BackwardCorrection)
binary_symmetric_cross_entropy = _functional(losses.BinarySymmetricCrossEntropy)
bootstrap = _functional(losses.Bootstrap)
cross_entropy = _functional(losses.CrossEntropy)
focal_loss = _functional(losses.FocalLoss)
forward_correction = _functional(losses.ForwardCorrection)
generalized_cross_entropy = _functional(losses.GeneralizedCrossEntropy)
joint_optimization = _functional(losses.JointOptimization)
label_smoothing = _functional(losses.LabelSmoothing)
mean_absolute_error = _functional(losses.MeanAbsoluteError)
normalized_cross_entropy = _functional(losses.NormalizedCrossEntropy)
phuber_cross_entropy = _functional(losses.PHuberCrossEntropy)
reverse_cross_entropy = _functional(losses.ReverseCrossEntropy)
symmetric_cross_entropy = _functional(losses.SymmetricCrossEntropy)

for _name, _function in list(globals().items()):
    if hasattr(_function, "__signature__"):
        _function.__name__ = _function.__qualname__ = _name
del _name, _function
