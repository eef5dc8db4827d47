"""Search for a loss's parameters on held-out noisy labels (docs/choosing-parameters.md).

sl search dataset=digits noise=symmetric noise.rate=0.4 loss=sl
"""

from sl.options.search import SearchConfig


def main(config: SearchConfig) -> None:
    """Search as `config` says."""
    from sl.search.command import run_search  # imports torch; --help does without it

    run_search(config)
