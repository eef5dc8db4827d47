"""Which of a data set's asymmetric noises is meant where none is named: the noise and readers of records both ask."""

ONLY = "published"  # the variant of a data set that has one map
DEFAULT_VARIANTS = {"cifar100": "pairs"}  # of data sets with several: what the authors' code does


def variant_of(dataset: str, named: str | None) -> str:
    """The variant that `named` (None: the default) stands for on `dataset`.

    >>> variant_of("cifar100", None), variant_of("cifar100", "cyclic"), variant_of("mnist", None)
    ('pairs', 'cyclic', 'published')
    """
    return named or DEFAULT_VARIANTS.get(dataset, ONLY)
