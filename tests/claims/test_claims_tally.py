"""How claims are counted for the README's first screen."""

from dataclasses import replace

from claim_records import group

from sl.claims.rule import Verdict
from sl.claims.tally import tally


def test_a_claim_is_counted_once_however_many_data_sets_it_is_asked_of() -> None:
    yes, no, open_, few = (lambda n, verdict=verdict: (verdict, n) for verdict in Verdict)
    found = [
        # never, late: too few seeds for a verdict; proven: algebra gives it
        group("cifar10", True, both=yes(3), one=yes(6), split=yes(3), never=few(1), late=few(2), proven=yes(2)),
        group("mnist", True, both=yes(4), one=few(0), split=no(3), never=few(2), undecided=open_(3)),
        group("cifar10", False, both=no(2), never=no(9), late=yes(9), unasked=no(3), split=no(3)),
        group("cifar10", False, "apl", both=no(3), late=open_(3), undecided=no(4)),
        group("cifar10", True, "apl", both=no(3), never=yes(3)),  # another recipe than the paper's
        group("mnist", False, one=no(3), never=no(3)),
        group("cifar100", False, one=no(3)),
        group("digits", True, late=yes(99), never=no(99)),  # no data set of the paper
    ]
    full = (
        "**4 claims of the paper, in our words, tested at its scale (recipe authors_code; n = 3 to 6): "
        "2 supported (1 on CIFAR-10 and MNIST, 1 on CIFAR-10 alone); "
        "none contradicted; 1 undecided; 1 supported on one data set, contradicted on another.** Contradicted: “split” "
        "(MNIST). Shown by algebra: 1 more. Too few runs for a verdict: 2. "
    )
    unsure = "none after correction"
    at_full = "By authors_code at the paper's scale"
    small = (
        f"Scaled-down runs of CIFAR-10 (recipe authors_code, apl) contradict 5 claims ({unsure}). "
        f"{at_full} 2 of these are supported on CIFAR-10; 1 of these is undecided on "
        "MNIST; 2 of these are without a verdict. "
        f"Scaled-down runs of MNIST (recipe authors_code) contradict 2 claims ({unsure}). {at_full} 1 of these is "
        "supported on CIFAR-10; 1 of these is without a verdict. "
        f"Scaled-down runs of CIFAR-100 (recipe authors_code) contradict 1 claim ({unsure}). {at_full} it is "
        "supported on CIFAR-10."
    )
    found = [replace(one, claims=tuple(replace(claim, claim=f"{claim.id}.") for claim in one.claims)) for one in found]
    assert tally(found) == full + small
    assert tally(found[7:]) == "No claim is tested at the paper's scale by authors_code yet."


def test_what_weakens_a_contradiction_is_told_with_it() -> None:
    found = group("mnist", True, one=(Verdict.CONTRADICTED, 3), two=(Verdict.CONTRADICTED, 3))
    one, two = (replace(claim, claim=f"{claim.id}.") for claim in found.claims)
    claims = (replace(one, rests_on={"1": -0.2, "7": 3.0}), replace(two, reading=True))
    assert (
        "Contradicted: “one” (MNIST; rests on class 1: −0.20 without it; rests on class 7: +3.00 without it); "
        "“two” (MNIST; our reading of the paper)." in tally([replace(found, claims=claims)])
    )


def test_groups_that_disagree_at_the_papers_scale_are_both_told() -> None:
    """Two groups of the same names: the recipe's values were changed between them."""
    found = [
        group("cifar10", True, one=(Verdict.UNDECIDED, 3)),
        group("cifar10", True, one=(Verdict.SUPPORTED, 3)),
        group("cifar10", False, one=(Verdict.CONTRADICTED, 3)),
    ]
    assert tally(found).endswith(
        " contradict 1 claim (none after correction). "
        "By authors_code at the paper's scale it is supported on CIFAR-10, undecided on CIFAR-10."
    )


def test_what_weakens_a_support_is_counted() -> None:
    """On every data set that supports it; a claim that another data set does not support is told as that."""
    yes = (Verdict.SUPPORTED, 3)
    cifar = group("cifar10", True, one=yes, two=yes, split=yes, three=yes)
    mnist = group("mnist", True, one=yes, two=yes, split=(Verdict.UNDECIDED, 3))
    weak = [
        replace(
            each,
            claims=tuple(replace(claim, rests_on={"1": 0.1}) for claim in each.claims[:count]) + each.claims[count:],
        )
        for each, count in ((cifar, 3), (mnist, 1))
    ]
    assert (
        ": 3 supported (2 on CIFAR-10 and MNIST, 1 on CIFAR-10 alone, 1 rests on one class); none contradicted"
        in tally(weak)
    )


def test_contradictions_that_survive_the_correction_are_counted() -> None:
    no = (Verdict.CONTRADICTED, 3)
    found = group("cifar10", False, one=no, two=no)
    one, two = (replace(claim, survives=sure) for claim, sure in zip(found.claims, (True, False), strict=True))
    assert "contradict 2 claims (1 after correction)." in tally([replace(found, claims=(one, two))])
    assert "contradict 1 claim. " in tally([replace(found, claims=(one,))])
