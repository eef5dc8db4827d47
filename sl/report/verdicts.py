"""The claims of one group of runs as the page shows them."""

from typing import Any

from sl.claims.outcome import Outcome
from sl.report.numbers import hundredths


def verdict_entry(outcome: Outcome, places: dict[str, int]) -> dict[str, Any]:
    """A claim with its verdict; numbers are percentage points, above 0 where the claim is right.

    `places` maps the path of a record, as in `outcome.records`, to the run's index on the page.
    """
    low, high = outcome.interval or (None, None)
    cells = "; ".join(f"{title}: {n}" for title, n in outcome.cells.items())
    return {
        "id": outcome.id,
        "topic": outcome.topic,
        "claim": outcome.claim,
        "statistic": outcome.statistic,
        "verdict": outcome.verdict.value,
        "survives": outcome.survives,
        "caveats": outcome.caveats,
        "headline": outcome.headline,
        "n": outcome.n,
        "mean": hundredths(outcome.mean),
        "low": hundredths(low),
        "high": hundredths(high),
        "p": None if outcome.p is None else float(f"{outcome.p:.3g}"),
        "seeds": list(outcome.seeds),
        "values": [hundredths(value) for value in outcome.differences],
        "proof": outcome.proof,
        "missing": "; ".join([cells, *(f"refused: {reason}" for reason in outcome.refused)]),
        "reported": [vars(reported) for reported in outcome.reported],
        "runs": [places[record] for record in outcome.records],
    }
