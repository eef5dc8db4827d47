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
