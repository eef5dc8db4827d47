"""Which class is mistaken for which in the published asymmetric noise: {clean class: noisy class}."""

from sl.asymmetric_variants import ONLY, variant_of
from sl.errors import UserError
from sl.noise.superclasses import CLASS_NAMES, SUPERCLASSES

LabelMap = dict[int, int]

BLOCK = 5  # CIFAR-100's noise stays within blocks of five consecutive class numbers

# The two classes that swap in each of the 20 blocks, as places within the block. The authors' code draws them at
# random right after numpy.random.seed(123), so every fresh run of it draws the same ones. (Its random_state=0 belongs
# to the later draw of examples, which `corrupt` replaces.) They are written out here so that no version changes them.
AUTHORS_PAIRS = (
    (1, 3), (0, 4), (3, 0), (3, 0), (4, 2), (1, 2), (4, 0), (4, 1), (4, 2), (1, 2),
    (3, 0), (4, 0), (4, 1), (1, 4), (3, 0), (2, 0), (0, 3), (1, 3), (0, 1), (0, 4),
)  # fmt: skip


def _pairs() -> LabelMap:
    swaps = [(BLOCK * block + a, BLOCK * block + b) for block, (a, b) in enumerate(AUTHORS_PAIRS)]
    return {source: target for a, b in swaps for source, target in ((a, b), (b, a))}


def _cyclic() -> LabelMap:
    return {label: label - label % BLOCK + (label + 1) % BLOCK for label in range(len(CLASS_NAMES))}


def _superclass() -> LabelMap:
    following = {
        source: target
        for names in SUPERCLASSES.values()
        for source, target in zip(names, (*names[1:], names[0]), strict=True)
    }
    return {label: CLASS_NAMES.index(following[name]) for label, name in enumerate(CLASS_NAMES)}


# Data set -> variant -> map.
MAPS: dict[str, dict[str, LabelMap]] = {
    "mnist": {ONLY: {7: 1, 2: 7, 3: 8, 5: 6, 6: 5}},
    # truck -> automobile, bird -> airplane, deer -> horse, cat <-> dog
    "cifar10": {ONLY: {9: 1, 2: 0, 4: 7, 3: 5, 5: 3}},
    "cifar100": {"pairs": _pairs(), "cyclic": _cyclic(), "superclass": _superclass()},
}
NUM_CLASSES = {"mnist": 10, "cifar10": 10, "cifar100": 100}


def published_map(dataset: str, variant: str | None = None) -> LabelMap:
    """The map of `dataset` and `variant` (None: the default); raises UserError where there is none."""
    if not isinstance(dataset, str) or dataset not in MAPS:
        rule = f"must be one of {', '.join(MAPS)}; for other data give `corrupt` a (K, K) matrix of your own"
        raise UserError("dataset", dataset, rule)
    maps, chosen = MAPS[dataset], variant_of(dataset, variant)
    if not isinstance(chosen, str) or chosen not in maps:
        raise UserError("variant", variant, f"must be one of {', '.join(maps)} on dataset={dataset}")
    return maps[chosen]
