"""The rule that turns a measured claim into a verdict, in words and in code."""

from enum import StrEnum

from sl.stats import FEWEST, SIGNIFICANT, Inference, significant

SURVIVES = "*"
ONE_CLASS = "‡"
RULE = f"""\
Every claim is measured by one number per seed, in percentage points, that is above 0 where the claim is right: a paired
difference between runs of the same seed. Their mean, its 95 % Student-t interval and the two-sided p of "the true mean
is 0" (one-sample t test) decide:

- **supported**: p < {SIGNIFICANT} and the mean is above 0, so the whole interval is;
- **contradicted**: p < {SIGNIFICANT} and the mean is below 0: the runs show the opposite;
- **undecided**: p is {SIGNIFICANT} or more, or all seeds give the same number. This is no evidence against the claim.
  The interval says how large a difference these runs still allow: a narrow one around 0 allows only a small one;
- **not enough runs**: fewer than {FEWEST} seeds have every run that the claim compares.

A verdict with {SURVIVES}, for or against a claim, survives the correction for the number of claims tested on the same
runs (Benjamini and Hochberg, false discovery rate {SIGNIFICANT}). Among many tests a few are significant by chance: a
verdict without the mark may be one of these. Where most claims of a group are clearly true, the corrected limit stays
near {SIGNIFICANT}: there the mark says little about a p between 0.02 and {SIGNIFICANT}.

A claim on every class is tested at each class. The class with the smallest t (mean over its standard error) decides.
The claim is supported only if p < {SIGNIFICANT} at every class (intersection-union test; no correction is needed). It
is contradicted only if this class loses with p < {SIGNIFICANT} after its p is multiplied by the number of classes,
because it was picked from them; the interval is then as much wider.

{ONE_CLASS} marks a verdict on the harder and the easier half of the classes that rests on one class: without it less
than half of the mean is left. Such a verdict says little about hard and easy classes.

Pairs compare like with like: the same data, wrong labels, recipe values, network, precision and PyTorch version.
Other pairs are refused and listed. The processor, this project's commit and how a step runs (captured, compiled) may
differ. The records name them; those older than commit 6b04ab2 do not say how a step ran. A claim that holds by
algebra needs no runs; runs can only contradict it. The claims are in our words, after the authors' code, later papers
and readers' notes: we could not read the paper's text. Where these give no number, measure and threshold are ours; the
column "paper" is empty there.

**What the intervals leave out.** Seeds draw wrong labels, initial weights and the order of images. All seeds share the
training and test images, so an interval does not say how much other images would change a number. On 1,000 test images
per class (CIFAR-10 at the paper's scale) the accuracy of one class has a standard error of up to 1.6 points by the
choice of test images alone, on 200 (scaled-down CIFAR-10) up to 3.5. This matters most for claims on classes. Seeds 3
to 5 of CE, GCE and SL on scaled-down CIFAR-10 were added after the first three had been seen; a p that such a look can
influence is a little too small.

A scaled-down run shows how losses differ at its own size and, on CIFAR, by another recipe (apl): at full size or by the
authors' recipe a difference can be larger, smaller, or go the other way. The paper's own numbers are of full size.
"""


class Verdict(StrEnum):
    """The result of testing a claim on the records."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    UNDECIDED = "undecided"
    LACKING = "not enough runs"


DECIDED = (Verdict.SUPPORTED, Verdict.CONTRADICTED)
TESTED = (*DECIDED, Verdict.UNDECIDED)


def decide(found: Inference, *, exact: bool = False) -> Verdict:
    """The verdict on a claim whose differences are above 0 if it is right.

    `exact`: by algebra the differences are 0, so that a significant difference of either sign contradicts the claim.

    >>> decide(Inference(2.0, 3, (0.5, 3.5), 0.03)).value
    'supported'
    """
    decided = found.tested and significant(found.p)
    if exact:
        return Verdict.CONTRADICTED if decided else Verdict.SUPPORTED
    if found.n < FEWEST:
        return Verdict.LACKING
    if not decided:
        return Verdict.UNDECIDED
    return Verdict.SUPPORTED if found.mean > 0 else Verdict.CONTRADICTED
