"""The list of the paper's claims, each with its sentence and how it is measured on run records."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import product

from sl.claims import measures
from sl.claims.claim import Cell, Claim, SameProduct
from sl.claims.reported import gains_of_sl, reported_number, reruns
from sl.comparison import Series
from sl.paper import BOOSTED, COMPARED, HIGHER_NOISE, USUAL_NOISE, USUAL_RECIPE, table_noise
from sl.record import CLEAN, STAGES
from sl.record.run import Array
from sl.record.shown import loss_title
from sl.tables.published import PAPER, ClassAccuracies, Fact, Literature, Published, marked, unchecked

CLASSES, MEMORISATION, ACCURACY = "Class-wise learning", "Memorisation", "SL against other losses"
EVERY_CLASS, CONFIDENCE, REPRESENTATION = "SL against CE, class by class", "Confidence", "Representation"
PARAMETERS, BOOSTING = "Parameters and ablation", "SL inside other methods"
CE_CLEAN = Cell("ce")
CE, LSR, SL, RCE = (Cell(loss, USUAL_NOISE) for loss in ("ce", "lsr", "sl", "rce"))
LAST = "test accuracy, last epoch, symmetric 40 %"
RIGHT = "mean confidence in class 3 on its rightly labelled training images, late"
LEARNT = "rightly labelled training images of class 3 predicted as class 3, late"
EVALUATED = "in evaluation mode, or while training where not all runs measured that"
WRONG = f"training images with wrong labels predicted as labelled, beyond chance, {EVALUATED},"
SPREAD = "spread over classes beyond chance (best minus worst, shrunk by what chance in the test images adds)"
PROOF = "tests/losses/test_losses_symmetric.py::test_only_the_product_of_beta_and_log_zero_matters"


def catalogue(dataset: str, recipe: str, literature: Literature, usual: bool) -> list[Claim]:
    """Every claim that can be tested on a data set and recipe; `literature` has the published numbers.

    Facts are tested on their own data set; claims on the representation and on a small alpha on CIFAR-10 alone; the
    ablation and the boosted methods on CIFAR-10, MNIST and digits, if the recipe is the `usual` one of the scale.
    """
    made = [
        *_classes(),
        *_memorisation(),
        *_accuracy(dataset, literature.tables, usual=usual),
        *_every_class(),
        *_confidence(),
    ]
    classes = literature.classes if recipe == USUAL_RECIPE else ()
    for fact in literature.facts:
        made += _gaps(fact, classes) if (fact.label, fact.dataset) == (PAPER, dataset) else []
    if dataset == "cifar10":
        made += _representation()
    if dataset in ("cifar10", "mnist", "digits") and usual:
        made += [*_parameters(dataset), *_boosting()]
    return made


def _more(value: Callable[..., Array | float], **given: str) -> Callable[[Series, Series], Array]:
    """The measure of a claim that `value` of a run is higher in the second cell than in the first."""
    return partial(measures.increase, partial(value, **given))


def _classes() -> Iterable[Claim]:
    for stage in STAGES:
        yield Claim(
            f"spread_noisy_{stage}", CLASSES,
            f"With wrong labels CE's best and worst class lie further apart than without ({stage}).",
            f"{SPREAD} under CE: symmetric 40 % minus clean",
            (CE_CLEAN, CE), _more(measures.spread_beyond_chance, stage=stage), headline=stage == "late",
        )  # fmt: skip
    yield Claim(
        "hard_under_learn", CLASSES, "With wrong labels CE loses more at the hard classes than at the easy ones.",
        "loss of accuracy by symmetric 40 % noise under CE, late: harder half of the classes minus easier half "
        "(split by CE's accuracy on clean labels with the other seeds)",
        (CE_CLEAN, CE), measures.under_learning, headline=True, halves=True,
    )  # fmt: skip
    yield Claim(
        "easy_overfit", CLASSES, "With wrong labels CE overfits the easy classes more than the hard ones.",
        "fall of a class's accuracy under CE at symmetric 40 % from its peak up to the late stage to the end, means of "
        "five epochs (the peak's epoch is that of the other seeds' mean): easier half of the classes minus harder half "
        "(split by CE's accuracy on clean labels with the other seeds)",
        (CE_CLEAN, CE), measures.easy_decline, headline=True, halves=True,
    )  # fmt: skip
    for name, cell, sentence in (
        ("lsr_no_cure", LSR, "LSR leaves the classes further apart than SL does."),
        ("sl_narrows_spread", CE, "SL learns the classes more evenly than CE."),
    ):
        yield Claim(
            name, CLASSES, sentence, f"{SPREAD} at symmetric 40 %, late: {loss_title(cell.loss)} minus SL",
            (SL, cell), _more(measures.spread_beyond_chance, stage="late"), headline=cell == CE,
        )  # fmt: skip


def _gaps(fact: Fact, classes: Sequence[ClassAccuracies]) -> Iterable[Claim]:
    """Claims that classes are further apart than half of the paper's gap, with the gaps that re-runs found."""
    cell, name, least = Cell(fact.loss, fact.noise), loss_title(fact.loss), fact.points / 2
    reported = marked(fact.text, unchecked(fact.confidence))
    if fact.noise == CLEAN:
        yield Claim(
            "spread_clean", CLASSES,
            f"Even with clean labels {name}'s best class is more than {least:g} points ahead of its worst; the mean "
            f"counts the points above {least:g}, without chance.",
            f"{SPREAD} under {name}, late, minus {least:g}: half of what the paper reports between classes "
            f"{fact.better} and {fact.worse} ({reported})",
            (cell,), partial(measures.excess_spread, least),
        )  # fmt: skip
    yield Claim(
        f"classes_{fact.better}_{fact.worse}_{'clean' if fact.noise == CLEAN else 'noisy'}", CLASSES,
        f"{name} is more than {least:g} points better at class {fact.better} than at class {fact.worse} "
        f"({fact.noise.title}); the mean counts the points above {least:g}.",
        f"accuracy under {name}, {fact.noise.title}, late: class {fact.better} minus class {fact.worse}, minus "
        f"{least:g}: half of what the paper reports ({reported})",
        (cell,), partial(measures.class_gap, fact.better, fact.worse, least),
        reported=(reported_number(fact.text, fact.label, fact.confidence, paper=True), *reruns(fact, classes)),
    )  # fmt: skip


def _memorisation() -> Iterable[Claim]:
    for loss, cell in (("ce", CE), ("lsr", LSR)):
        yield Claim(
            f"{loss}_memorises", MEMORISATION, f"{loss.upper()} fits wrong labels as training goes on.",
            f"{WRONG} under {loss.upper()} at symmetric 40 %: late minus early",
            (cell,), measures.more_memorised, headline=loss == "ce",
        )  # fmt: skip
    yield Claim(
        "memorises_easy", MEMORISATION,
        "CE memorises more of the wrong labels on images of the easy classes than of the hard ones.",
        "training images with wrong labels predicted as labelled, beyond chance, in evaluation mode, under CE at "
        "symmetric 40 %, late: images whose true class is in the easier half of the classes minus in the harder half "
        "(split by CE's accuracy on clean labels with the other seeds); one reading of the paper's \"overfits the easy "
        "classes\", `easy_overfit` is another",
        (CE_CLEAN, CE), measures.easy_memorised, headline=True, halves=True, reading=True,
    )  # fmt: skip
    yield Claim(
        "ce_declines", MEMORISATION, "With wrong labels CE first learns the classes and then gets worse at them.",
        "accuracy under CE at symmetric 40 %, mean of classes and of five epochs: at its peak up to the late stage "
        "minus at the end (the peak's epoch is that of the other seeds' mean)",
        (CE,), measures.decline, headline=True,
    )  # fmt: skip
    yield Claim(
        "rce_tolerates", MEMORISATION, "RCE is noise-tolerant: alone it memorises fewer wrong labels than CE.",
        f"{WRONG} at symmetric 40 %, late: CE minus RCE", (CE, RCE), measures.memorised_less,
    )  # fmt: skip
    yield Claim(
        "sl_memorises_less", MEMORISATION, "SL memorises fewer wrong labels than CE.",
        f"{WRONG} at symmetric 40 %, late: CE minus SL", (CE, SL), measures.memorised_less, headline=True,
    )  # fmt: skip
    yield Claim(
        "sl_fits_right", MEMORISATION, "SL fits more of the right labels than CE.",
        f"training images with right labels predicted as labelled, {EVALUATED}, at symmetric 40 %, late: SL minus CE",
        (CE, SL), measures.more_fitted, headline=True,
    )  # fmt: skip


def _accuracy(dataset: str, tables: Sequence[Published], *, usual: bool) -> Iterable[Claim]:
    """SL against each other method in the noisy cells of the paper's main table; not `usual`: the main cells alone."""
    main = [("ce", USUAL_NOISE), ("ce", HIGHER_NOISE), ("gce", USUAL_NOISE)]
    others = product((loss for loss in COMPARED if loss != "sl"), table_noise(dataset)) if usual else ()
    for loss, noise in dict.fromkeys([*main, *others]):
        yield Claim(
            f"sl_vs_{loss}_{noise.kind}_{100 * (noise.rate or 0):g}", ACCURACY,
            f"SL ends more accurate than {loss_title(loss)} ({noise.title}).",
            f"test accuracy, last epoch, {noise.title}: SL minus {loss_title(loss)}",
            (Cell("sl", noise), Cell(loss, noise)), measures.difference, headline=(loss, noise) in main,
            reported=tuple(gains_of_sl(loss, noise, tables)),
        )  # fmt: skip


def _every_class() -> Iterable[Claim]:
    for noise in (HIGHER_NOISE, USUAL_NOISE):  # the paper shows 60 %
        ce, sl, percent = Cell("ce", noise), Cell("sl", noise), f"{100 * (noise.rate or 0):g}"
        yield Claim(
            f"sl_lifts_every_class_{percent}", EVERY_CLASS, f"SL is better than CE at every class ({noise.title}).",
            "SL minus CE, last epoch, at the class whose gain is least sure (smallest t)",
            (ce, sl), measures.class_gains, headline=True,
        )  # fmt: skip
        yield Claim(
            f"sl_lifts_hardest_most_{percent}", EVERY_CLASS, f"The hard classes gain most from SL ({noise.title}).",
            "SL minus CE, last epoch: harder half of the classes minus easier half (split by CE's accuracy on clean "
            "labels)",
            (CE_CLEAN, ce, sl), measures.hardest_lifted, halves=True,
        )  # fmt: skip


def _confidence() -> Iterable[Claim]:
    yield Claim(
        "ce_confidence_low", CONFIDENCE, "With wrong labels CE is less confident in class 3 than with clean ones.",
        f"{RIGHT}, under CE: on clean labels minus at symmetric 40 %", (CE, CE_CLEAN), _more(measures.confidence),
    )  # fmt: skip
    yield Claim(
        "sl_confidence_higher", CONFIDENCE, "SL is more confident than CE in class 3 on its rightly labelled images.",
        f"{RIGHT}, at symmetric 40 %: SL minus CE", (CE, SL), _more(measures.confidence),
    )  # fmt: skip
    yield Claim(
        "ce_class_3_unlearnt", CONFIDENCE, "With wrong labels CE learns fewer images of class 3 than with clean ones.",
        f"{LEARNT}, under CE: on clean labels minus at symmetric 40 %", (CE, CE_CLEAN), _more(measures.recognised),
    )  # fmt: skip
    yield Claim(
        "sl_class_3_learnt", CONFIDENCE, "SL learns more images of class 3 than CE.",
        f"{LEARNT}, at symmetric 40 %: SL minus CE", (CE, SL), _more(measures.recognised),
    )  # fmt: skip


def _representation() -> Iterable[Claim]:
    for measure, how in (
        ("silhouette", "silhouette of the classes, times 100"),
        ("neighbours", "accuracy of 10 nearest neighbours over 5 folds"),
    ):
        where = f"{how}, in the representation of test images, last epoch"
        better = _more(measures.separated, measure=measure)
        yield Claim(
            f"noise_blurs_{measure}", REPRESENTATION, f"Wrong labels blur the classes in CE's features ({measure}).",
            f"{where}: CE on clean labels minus CE at symmetric 40 %",
            (CE, CE_CLEAN), better,
        )  # fmt: skip
        yield Claim(
            f"sl_separates_{measure}", REPRESENTATION,
            f"SL's features keep the classes better apart than CE's ({measure}).",
            f"{where}: SL minus CE at symmetric 40 %", (CE, SL), better,
        )  # fmt: skip


def _parameters(dataset: str) -> Iterable[Claim]:
    yield Claim(
        "product_only", PARAMETERS, "SL depends on β and A only through their product.",
        f"{LAST}: SL minus SL with another β and A of the same product",
        (SL, SameProduct("sl", USUAL_NOISE)), measures.difference, proof=PROOF,
    )  # fmt: skip
    for name, title, alone in (
        ("rce", "RCE alone", RCE),
        ("ce", "CE alone with its weight in SL", Cell("sl", USUAL_NOISE, (("beta", 0.0),))),
        ("rce_weight_5", "RCE alone with weight 5", Cell("sl", USUAL_NOISE, (("alpha", 0.0), ("beta", 5.0)))),
        ("ce_weight_5", "CE alone with weight 5", Cell("sl", USUAL_NOISE, (("alpha", 5.0), ("beta", 0.0)))),
    ):
        yield Claim(
            f"sl_needs_both_{name}", PARAMETERS, f"SL needs both of its terms: it is better than {title}.",
            f"{LAST}: SL minus {title}", (SL, alone), measures.difference,
        )  # fmt: skip
    if dataset == "cifar10":
        yield Claim(
            "small_alpha", PARAMETERS, "SL needs a small α: with a large one its CE term fits wrong labels.",
            f"{LAST}: SL with α 0.1 minus SL with α 1",
            tuple(Cell("sl", USUAL_NOISE, (("alpha", alpha),)) for alpha in (0.1, 1.0)), measures.difference,
        )  # fmt: skip


def _boosting() -> Iterable[Claim]:
    for loss, boosted in BOOSTED.items():
        yield Claim(
            f"sl_boosts_{loss}", BOOSTING, f"{loss_title(loss)} is more accurate with SL in place of its CE.",
            f"{LAST}: {loss_title(loss)} with SL minus without. SL compares the method's own target with its "
            "prediction, as CE does in it; that is our reading, because no published description was found",
            (Cell(boosted, USUAL_NOISE), Cell(loss, USUAL_NOISE)), measures.difference, reading=True,
        )  # fmt: skip
