"""The README's sentence on suspects against the study's records."""

import json
import re
from pathlib import Path
from statistics import fmean

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.results
@pytest.mark.parametrize(
    ("cell", "sentence", "decimals"),
    [
        ("digits, symmetric 20 %", r"On digits with 20 % .*?precision of ([\d.]+), one run with CE with ([\d.]+)", 3),
        ("CIFAR-10, symmetric 40 %", r"On CIFAR-10 with 40 %.*?it is ([\d.]+) against ([\d.]+)", 3),
        ("CIFAR-10N worst", r"\(CIFAR-10N worst\) ([\d.]+) against ([\d.]+)", 2),
        ("CIFAR-10, asymmetric 40 %", r"asymmetric noise of 40 % .*?\(([\d.]+) against ([\d.]+)", 2),
    ],
)
def test_the_readme_quotes_the_study(cell: str, sentence: str, decimals: int) -> None:
    records = [json.loads(path.read_text()) for path in (ROOT / "results" / "audit_study").glob("*.json")]
    expected = []
    for loss in ("sl", "ce"):
        found = [one for one in records if (one["cell"], one["loss"], one["folds"]) == (cell, loss, 0)]
        assert len({one["seed"] for one in found}) == len(found) >= 3
        expected.append(f"{fmean(one['measures']['average_precision'] for one in found):.{decimals}f}")
    text = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    quoted = re.search(sentence, text)
    assert quoted is not None
    assert list(quoted.groups()) == expected


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
            f"`{' '.join(case['options'])}`" if case["options"] else "none: four folds",
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
    assert f"2,000 pictures of 32 px takes {first['wall_seconds'] / 60:.0f} minutes on two Zen 3 cores" in readme
    right = f"{100 * first['decision_precision']:.0f}"
    assert f"of its decisions {right} % were right where 90 % were expected" in readme
