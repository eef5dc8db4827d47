"""The README's sentence on suspects against the study's records."""

import json
import re
from pathlib import Path
from statistics import fmean

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.results
def test_the_readme_quotes_the_study() -> None:
    records = [json.loads(path.read_text()) for path in (ROOT / "results" / "audit_study").glob("*.json")]
    expected = []
    for loss in ("sl", "ce"):
        found = [
            one for one in records if (one["cell"], one["loss"], one["folds"]) == ("digits, symmetric 20 %", loss, 0)
        ]
        assert len({one["seed"] for one in found}) == len(found) == 3
        expected.append(f"{fmean(one['measures']['average_precision'] for one in found):.3f}")
    text = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    quoted = re.search(
        r"On digits with 20 % wrong labels, .*?precision of ([\d.]+), .*?with ([\d.]+) \(three seeds\)", text
    )
    assert quoted is not None
    assert list(quoted.groups()) == expected


@pytest.mark.results
def test_pages_quote_the_time_of_an_audit() -> None:
    (file,) = (ROOT / "results" / "audit_time").glob("*.json")
    case = json.loads(file.read_text())["cases"][0]
    assert case["options"][0] == "folds=0"
    assert case["pictures"] == 2000
    rate = [f"{100 * case['estimated'][key]:.1f}" for key in ("value", "low", "high")]
    expected = [
        f"{case['processor_seconds']:.0f}",
        f"{case['wall_seconds'] / 60:.0f}",
        f"{case['average_precision']:.2f}",
    ]
    expected += [f"{case['wrong']:.2f}", *rate, f"{100 * case['decision_precision']:.0f}", str(case["decided"])]
    text = " ".join((ROOT / "docs" / "audit.md").read_text(encoding="utf-8").split())
    patterns = (
        r"took (\d+) seconds of processor", r"took (\d+) minutes by the clock",
        r"average precision ([\d.]+) \(a random", r"order has ([\d.]+)\);",
        r"estimated ([\d.]+) % wrong labels", r"labels \(([\d.]+) to",
        r"\([\d.]+ to ([\d.]+)\) where", r"; (\d+) % of the \d+ decisions", r"% of the (\d+) decisions",
    )  # fmt: skip
    assert [re.search(pattern, text)[1] for pattern in patterns] == expected  # type: ignore[index]
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert f"2,000 pictures of 32 px takes {expected[0]} seconds" in readme
    assert f"of its decisions {expected[7]} % were right where 90 % were expected" in readme
