"""What the paper's parameter analysis and ablation say: the weight of CE, the product of beta and A, both terms."""

from sl.claims.cell import Cell, SameProduct
from sl.claims.claim import Claim
from sl.claims.classwise import NOISY, SL
from sl.claims.measures import difference

TOPIC = "Parameters and ablation"
SMALL, LARGE = 0.1, 1.0
PROOF = "tests/losses/test_losses_symmetric.py::test_only_the_product_of_beta_and_log_zero_matters"
ALONE = (
    ("rce", "reverse cross entropy alone", Cell("rce", NOISY)),
    (
        "rce_weight_5",
        "reverse cross entropy alone with weight 5",
        Cell("sl", NOISY, (("alpha", 0.0), ("beta", 5.0))),
    ),
    ("ce_weight_5", "cross entropy alone with weight 5", Cell("sl", NOISY, (("alpha", 5.0), ("beta", 0.0)))),
)


def claims(dataset: str) -> list[Claim]:
    """The claims on alpha (CIFAR-10 only), on the product of beta and A, and on SL without CE."""
    made = [
        Claim(
            "product_only",
            TOPIC,
            "SL depends on β and A only through β·(−A), since reverse cross entropy is −A·(1 − p of the label).",
            "test accuracy, last epoch, symmetric 40 %: SL minus SL with another β and A of the same product",
            (SL, SameProduct("sl", NOISY)),
            difference,
            proof=PROOF,
        ),
        *(_ablation(name, words, cell) for name, words, cell in ALONE),
    ]
    if dataset == "cifar10":
        made.append(
            Claim(
                "small_alpha",
                TOPIC,
                "On CIFAR-10 SL needs a small α: with a large one its CE term overfits the wrong labels.",
                f"test accuracy, last epoch, symmetric 40 %: SL with α {SMALL:g} minus SL with α {LARGE:g}",
                (Cell("sl", NOISY, (("alpha", SMALL),)), Cell("sl", NOISY, (("alpha", LARGE),))),
                difference,
            )
        )
    return made


def _ablation(name: str, words: str, alone: Cell) -> Claim:
    return Claim(
        f"sl_needs_both_{name}",
        TOPIC,
        f"SL needs both of its terms: it is better than {words}.",
        f"test accuracy, last epoch, symmetric 40 %: SL minus {words}",
        (SL, alone),
        difference,
    )
