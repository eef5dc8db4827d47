"""What README and docs/audit.md say of the time of an audit against its record."""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.results
def test_pages_quote_the_time_of_an_audit() -> None:
    (file,) = (ROOT / "results" / "audit_time").glob("*.json")
    cases = json.loads(file.read_text())["cases"]
    page = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
    for case in cases:
        assert case["pictures"] == 2000
        assert case["wrong"] == 0.2
        rate = [f"{100 * case['estimated'][key]:.1f}" for key in ("value", "low", "high")]
        cells = [
            f"`{' '.join(case['options'] or ['folds=4'])}`",  # four were the default then
            f"{case['wall_seconds'] / 60:.1f}",
            f"{case['processor_seconds'] / 60:.1f}",
            f"{case['average_precision']:.2f}",
            f"{rate[0]} ({rate[1]} to {rate[2]})",
            f"{case['decided']}",
            f"{100 * case['decision_precision']:.0f}",
        ]
        assert f"| {' | '.join(cells)} |" in page
    first = cases[0]
    assert first["options"] == ["folds=0"]
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert f"2,000 pictures took {first['wall_seconds'] / 60:.0f} minutes on one idle Zen 3 core" in readme
    assert first["processor_seconds"] / first["wall_seconds"] < 1.01  # one core
    wrong = f"{100 * first['decision_precision']:.0f}"
    assert (
        f"{first['decided']} labels were changed; {wrong} % of these were really wrong (90 % were expected)" in readme
    )
