"""The pictures of the documentation, drawn when it is built: losses and their gradients, matrices of noise."""

from io import BytesIO

import matplotlib
import torch
from matplotlib.figure import Figure
from torch import Tensor

from sl.figures.matrices import class_matrix
from sl.figures.panels import panels
from sl.figures.style import STYLE, loss_colour
from sl.losses import (
    ActivePassive,
    CrossEntropy,
    FocalLoss,
    GeneralizedCrossEntropy,
    Loss,
    MeanAbsoluteError,
    NormalizedCrossEntropy,
    ReverseCrossEntropy,
    SymmetricCrossEntropy,
)
from sl.noise import asymmetric, symmetric

CLASSES = 10
LOSSES: dict[str, Loss] = {
    "CE": CrossEntropy(),
    "focal (0.5)": FocalLoss(0.5),
    "GCE (0.7)": GeneralizedCrossEntropy(0.7),
    "MAE": MeanAbsoluteError(),
    "RCE": ReverseCrossEntropy(),
    "SL (0.1, 1)": SymmetricCrossEntropy(0.1, 1.0),
    "NCE + RCE (1, 1)": ActivePassive(NormalizedCrossEntropy(), ReverseCrossEntropy(), 1.0, 1.0),
}
LOOKS = {  # loss whose colour in the figures it has (grey for all that have none), line
    "CE": ("ce", "-"),
    "focal (0.5)": ("focal", "--"),
    "GCE (0.7)": ("gce", "-"),
    "MAE": ("mae", "-."),
    "RCE": ("rce", "-"),
    "SL (0.1, 1)": ("sl", "--"),
    "NCE + RCE (1, 1)": ("nce_rce", ":"),
}


def draw_all() -> dict[str, bytes]:
    """Every picture as a PNG, by its name."""
    with matplotlib.rc_context(STYLE):
        figures = {"gradients": gradients(), "noise": matrices(), "noise_cifar100": hundred_classes()}
        return {name: _png(figure) for name, figure in figures.items()}


def slope(loss: Loss, share: Tensor) -> tuple[Tensor, Tensor]:
    """Value and size of the gradient at the label's logit, (N,) each, where the label has the probability `share`.

    The other classes share the rest evenly.
    """
    others = ((1 - share) / (CLASSES - 1)).expand(CLASSES - 1, -1)
    logits = torch.cat([share[None], others]).log().T.contiguous().requires_grad_()
    value = loss.per_example(logits, torch.zeros(len(share), dtype=torch.int64))
    (gradient,) = torch.autograd.grad(value.sum(), logits)
    return value.detach(), gradient[:, 0].abs()


def gradients() -> Figure:
    """Loss and gradient by the probability that a network gives to the label."""
    share = torch.linspace(0.001, 0.999, 400, dtype=torch.float64)
    figure, (values, slopes) = panels(
        "Loss and size of its gradient, by the probability of the given label; ten classes", 2, 2, 3.4
    )
    for title, loss in LOSSES.items():
        name, style = LOOKS[title]
        for axes, line in zip((values, slopes), slope(loss, share), strict=True):
            axes.plot(share, line, color=loss_colour(name), ls=style, label=title)
    values.set(ylim=(0, 10), ylabel="loss")
    slopes.set(ylabel="size of the gradient at the label's logit")
    for axes in (values, slopes):
        axes.set_xlabel("probability of the given label")
    values.legend(fontsize=8, title_fontsize=8, title="RCE, SL and NCE + RCE\nalmost coincide")
    return figure


def matrices() -> Figure:
    """The matrices of ten classes."""
    shown = {
        "symmetric, rate 0.4": symmetric(10, 0.4),
        "asymmetric, CIFAR-10, rate 0.4": asymmetric("cifar10", 0.4),
        "asymmetric, MNIST, rate 0.4": asymmetric("mnist", 0.4),
    }
    return _matrices("P(label given | true class), in %", shown, [str(number) for number in range(10)])


def hundred_classes() -> Figure:
    """The variants of CIFAR-100's asymmetric noise."""
    variants = {name: asymmetric("cifar100", 0.4, name) for name in ("pairs", "cyclic", "superclass")}
    return _matrices("Asymmetric noise on CIFAR-100, rate 0.4", variants, [""] * 100)


def _matrices(title: str, shown: dict[str, Tensor], labels: list[str]) -> Figure:
    figure, axes = panels(title, len(shown), 3, 3.4)
    for panel, (name, matrix) in zip(axes, shown.items(), strict=True):
        class_matrix(panel, matrix.numpy(), labels)
        panel.set_title(name, fontsize=9)
        panel.set(xlabel="label given", ylabel="true class")
    return figure


def _png(figure: Figure) -> bytes:
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=110)
    return buffer.getvalue()
