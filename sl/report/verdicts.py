"""The claims of one sheet as the page shows them."""

from collections.abc import Iterable
from typing import Any

from sl.claims.claim import Outcome
from sl.report.numbers import hundredths
from sl.report.runs import positions
from sl.stats import least_p


def entries(outcomes: Iterable[Outcome], places: dict[str, int]) -> list[dict[str, Any]]:
    """Every claim with its verdict; numbers are percentage points, above 0 where the claim is right."""
    return [_entry(outcome, places) for outcome in outcomes]


def _entry(outcome: Outcome, places: dict[str, int]) -> dict[str, Any]:
    claim, result = outcome.claim, outcome.estimate
    return {
        "id": claim.id,
        "topic": claim.topic,
        "claim": claim.sentence,
        "statistic": claim.statistic,
        "verdict": outcome.verdict.value,
        "n": result.n,
        "mean": hundredths(result.mean),
        "low": hundredths(result.low),
        "high": hundredths(result.high),
        "why_none": result.why_none,
        "p": None if outcome.p is None else float(f"{outcome.p:.3g}"),
        "least_p": float(f"{least_p(result.n):.3g}"),
        "seeds": list(outcome.seeds),
        "values": [hundredths(value) for value in outcome.values],
        "proof": claim.proof,
        "missing": outcome.missing,
        "reported": [vars(reported) for reported in claim.reported],
        "runs": positions(outcome.runs, places),
    }
