"""The losses that the kit knows, each with its formula, usual parameters and source."""

from dataclasses import dataclass

from sl.conformance import formulas
from sl.conformance.formulas import Formula, Parameters

A = -9.210340371976182  # ln 1e-4
SL = {"alpha": 0.1, "beta": 1.0, "log_zero": A}
WANG = 'Wang et al., "Symmetric Cross Entropy for Robust Learning with Noisy Labels", ICCV 2019'
MA = 'Ma et al., "Normalized Loss Functions for Deep Learning with Noisy Labels", ICML 2020'
PATRINI = 'Patrini et al., "Making Deep Neural Networks Robust to Label Noise", CVPR 2017'
REED = 'Reed et al., "Training Deep Neural Networks on Noisy Labels with Bootstrapping", ICLR 2015 workshop'

MENON = 'Menon et al., "Can gradient clipping mitigate label noise?", ICLR 2020'
TANAKA = 'Tanaka et al., "Joint Optimization Framework for Learning with Noisy Labels", CVPR 2018'
LIU = 'Liu et al., "Early-Learning Regularization Prevents Memorization of Noisy Labels", NeurIPS 2020'
D2L = 'Ma et al., "Dimensionality-Driven Learning with Noisy Labels", ICML 2018'


@dataclass(frozen=True)
class Known:
    """A loss: its formula, whose docstring states the formula as text, its usual parameters and its source."""

    formula: Formula
    parameters: Parameters
    source: str

    @property
    def text(self) -> str:
        """The formula as text, without a full stop."""
        return (self.formula.__doc__ or "").strip().rstrip(".")


LOSSES = {
    "ce": Known(formulas.ce, {}, "textbook"),
    "rce": Known(formulas.rce, {"log_zero": A}, WANG),
    "sl": Known(formulas.sl, SL, WANG),
    "gce": Known(formulas.gce, {"q": 0.7}, 'Zhang and Sabuncu, "Generalized Cross Entropy Loss", NeurIPS 2018'),
    "mae": Known(formulas.mae, {}, 'Ghosh et al., "Robust Loss Functions under Label Noise", AAAI 2017'),
    "lsr": Known(formulas.lsr, {"epsilon": 0.1}, 'Szegedy et al., "Rethinking the Inception Architecture", CVPR 2016'),
    "bootstrap_hard": Known(formulas.bootstrap_hard, {"beta": 0.8}, REED),
    "bootstrap_soft": Known(formulas.bootstrap_soft, {"beta": 0.95}, REED),
    "forward": Known(formulas.forward, {"rate": 0.4}, PATRINI),
    "backward": Known(formulas.backward, {"rate": 0.4}, PATRINI),
    "focal": Known(formulas.focal, {"gamma": 0.5}, 'Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017'),
    "nce": Known(formulas.nce, {}, MA),
    "nce_rce": Known(formulas.nce_rce, {"alpha": 1.0, "beta": 1.0, "log_zero": A}, MA),
    "nce_mae": Known(formulas.nce_mae, {"alpha": 1.0, "beta": 0.5}, MA),
    "phuber": Known(formulas.phuber, {"tau": 2.0}, MENON),
    "agce": Known(formulas.agce, {"a": 0.6, "q": 0.6}, 'Zhou et al., "Asymmetric Loss Functions", ICML 2021'),
    "joint": Known(formulas.joint, {"alpha": 1.2, "beta": 0.8}, TANAKA),
    "elr": Known(formulas.elr, {"beta": 0.7, "lambda_": 3.0}, LIU),
    "d2l": Known(formulas.d2l, {"alpha": 0.8}, D2L),
    "lsr_sl": Known(formulas.lsr_sl, {"epsilon": 0.1, **SL}, WANG),
    "bootstrap_sl": Known(formulas.bootstrap_sl, {"share": 0.8, **SL}, WANG),
    "forward_sl": Known(formulas.forward_sl, {"rate": 0.4, **SL}, WANG),
}
"""By the names of configs/loss."""
