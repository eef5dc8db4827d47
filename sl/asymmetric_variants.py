"""The default variant of asymmetric noise on each data set; the noise and the readers of records share it."""

ONLY = "published"  # the variant of a data set that has only one map of classes
DEFAULT_VARIANTS = {"cifar100": "pairs"}  # for data sets with several variants: the one in the authors' code


def variant_of(dataset: str, named: str | None) -> str:
    """The variant that `named` (None: the default) stands for on `dataset`.

    >>> variant_of("cifar100", None), variant_of("cifar100", "cyclic"), variant_of("mnist", None)
    ('pairs', 'cyclic', 'published')
    """
    return named or DEFAULT_VARIANTS.get(dataset, ONLY)
