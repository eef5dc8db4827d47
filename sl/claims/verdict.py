"""The rule that turns a measured claim into a verdict, in words and in code."""

from enum import StrEnum

from sl.stats import FEWEST_FOR_INTERVAL, Estimate

RULE = f"""\
Every claim is measured by one number a seed, in percentage points, that is above 0 where the claim is right. Its mean
over seeds and the 95 % BCa bootstrap interval of that mean decide:

- **holds**: the whole interval is above 0;
- **does not hold**: the whole interval is below 0, so the runs show the opposite;
- **not shown**: the interval contains 0, or does not exist because all seeds give the same; the runs decide neither
  way, which is no evidence against the claim;
- **not enough runs**: fewer than {FEWEST_FOR_INTERVAL} seeds on which everything that the claim compares is recorded.

A claim that holds by algebra holds without runs; runs contradict it only by a sign-flip test with p < 0.05.

How much a verdict is worth depends on n, the number of seeds. With three seeds the interval is about the least to
the greatest of three numbers: it leaves 0 out whenever all three agree in sign, which chance alone does in one of
four cases. So "holds" at n = 3 says that every seed agrees, no more. p is that of the two-sided sign-flip permutation
test, which cannot be below 2/2^n: 0.25 for three seeds, 0.031 for six, the least with which p < 0.05 can be reached.
What the paper reports is of full-size runs: a scaled-down row shows the direction of an effect, never whether its
size is the paper's. Neither intervals nor p are corrected for the number of claims on this page; the
tables correct theirs (Holm).
"""
SIGNIFICANT = 0.05


class Verdict(StrEnum):
    """What the records say of a claim."""

    HOLDS = "holds"
    FAILS = "does not hold"
    OPEN = "not shown"
    LACKING = "not enough runs"


def verdict(result: Estimate, p: float | None = None, *, exact: bool = False) -> Verdict:
    """The verdict on a claim whose number is above 0 where it is right; `exact`: it holds by algebra.

    >>> verdict(Estimate(2.0, 3, 0.5, 4.0)).value
    'holds'
    """
    if exact:
        return Verdict.FAILS if p is not None and p < SIGNIFICANT else Verdict.HOLDS
    if result.n < FEWEST_FOR_INTERVAL:
        return Verdict.LACKING
    if result.low is None or result.high is None:
        return Verdict.OPEN
    if result.low > 0:
        return Verdict.HOLDS
    return Verdict.FAILS if result.high < 0 else Verdict.OPEN
