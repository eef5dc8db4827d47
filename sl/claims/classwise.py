"""What the paper's Figs. 1 and 3 show: classes are learnt unequally, under noise more so."""

from collections.abc import Sequence
from functools import partial

from sl.claims.cell import Cell
from sl.claims.claim import Claim, Reported
from sl.claims.measures import chance_spread, class_accuracy, harder_minus_easier, spread
from sl.record import CLEAN, STAGES, Noise, Series
from sl.record.run import Array
from sl.tables.published import ClassAccuracies

TOPIC = "Class-wise learning"
NOISY = Noise("symmetric", 0.4)
CE_CLEAN, CE, LSR, SL = Cell("ce"), Cell("ce", NOISY), Cell("lsr", NOISY), Cell("sl", NOISY)
SUMMARY = "a summary of the paper, not the paper itself"
PAPER_EPOCHS = {"early": 10, "middle": 50, "late": 100}


def excess_spread(stage: str, series: Series) -> Array:
    """Spread over classes beyond what chance makes of it."""
    return series.stack(spread, stage) - series.stack(chance_spread, stage)


def wider(stage: str, narrow: Series, wide: Series) -> Array:
    """How much wider the second series spreads over classes."""
    return wide.stack(spread, stage) - narrow.stack(spread, stage)


def class_gap(high: int, low: int, series: Series) -> Array:
    """Late accuracy of one class minus that of another."""
    accuracies = series.stack(class_accuracy, "late")
    return accuracies[:, high] - accuracies[:, low]


def under_learning(clean: Series, noisy: Series) -> Array:
    """What the harder half of the classes loses by noise, late, minus what the easier half loses."""
    return harder_minus_easier(clean, clean.stack(class_accuracy, "late") - noisy.stack(class_accuracy, "late"))


def claims(dataset: str, classes: Sequence[ClassAccuracies]) -> list[Claim]:
    """The claims on class-wise learning; `classes`: published class-wise accuracies on this data set."""
    made = [claim for stage in STAGES for claim in _spreads(stage, classes)]
    if dataset == "cifar10":
        made += _named_classes()
    made.append(
        Claim(
            "hard_under_learn",
            TOPIC,
            "Under noise the hard classes are under-learnt: they lose more by it than the easy ones.",
            "loss of accuracy by symmetric 40 % noise under CE, late: harder half of the classes minus easier half "
            "(halves by CE on clean labels; chance in that choice works against the claim)",
            (CE_CLEAN, CE),
            under_learning,
        )
    )
    made.append(
        Claim(
            "lsr_no_cure",
            TOPIC,
            "Label smoothing does not cure it: under noise its classes stay further apart than those of CE on clean "
            "labels.",
            "spread over classes, late: LSR at symmetric 40 % minus CE on clean labels",
            (CE_CLEAN, LSR),
            partial(wider, "late"),
        )
    )
    made.append(
        Claim(
            "sl_narrows_spread",
            TOPIC,
            "Under symmetric 40 % noise SL learns the classes more evenly than CE.",
            "spread over classes at symmetric 40 %, late: CE minus SL",
            (SL, CE),
            partial(wider, "late"),
        )
    )
    return made


def _spreads(stage: str, classes: Sequence[ClassAccuracies]) -> list[Claim]:
    clean, noisy = (_published_spread(classes, noise, stage) for noise in (CLEAN, NOISY))
    others = [(line, partner) for line in clean for partner in noisy]
    return [
        Claim(
            f"spread_clean_{stage}",
            TOPIC,
            f"Even with clean labels, accuracy under CE spreads widely over classes ({stage}).",
            "spread over classes (best minus worst) beyond what chance would make of equal classes",
            (CE_CLEAN,),
            partial(excess_spread, stage),
            reported=tuple(Reported(f"whole spread {value:.1f}", source, paper=False) for value, source in clean),
        ),
        Claim(
            f"spread_noisy_{stage}",
            TOPIC,
            f"Under symmetric 40 % noise the classes spread wider than with clean labels ({stage}).",
            "spread over classes under CE: symmetric 40 % minus clean",
            (CE_CLEAN, CE),
            partial(wider, stage),
            reported=tuple(Reported(f"{partner[0] - line[0]:+.1f}", line[1], paper=False) for line, partner in others),
        ),
    ]


def _published_spread(classes: Sequence[ClassAccuracies], noise: Noise, stage: str) -> list[tuple[float, str]]:
    fitting = (line for line in classes if (line.loss, line.noise, line.epoch) == ("ce", noise, PAPER_EPOCHS[stage]))
    return [
        (max(line.accuracy) - min(line.accuracy), f"a re-run by others, one run, epoch {line.epoch}")
        for line in fitting
    ]


def _named_classes() -> list[Claim]:
    return [
        Claim(
            "classes_1_3_clean",
            TOPIC,
            "With clean labels CE is far better at class 1 (automobile) than at class 3 (cat).",
            "accuracy under CE on clean labels, late: class 1 minus class 3",
            (CE_CLEAN,),
            partial(class_gap, 1, 3),
            reported=(Reported("almost 20", SUMMARY),),
        ),
        Claim(
            "classes_6_3_noisy",
            TOPIC,
            "Under symmetric 40 % noise CE is far better at class 6 (frog) than at class 3 (cat).",
            "accuracy under CE at symmetric 40 %, late: class 6 minus class 3",
            (CE,),
            partial(class_gap, 6, 3),
            reported=(Reported("about 30 (above 90 % against about 60 %)", SUMMARY),),
        ),
    ]
