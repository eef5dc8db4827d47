"""Writes the claims: results/claims.md for people, results/claims.json for the report and other code."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sl.claims.catalogue import Literature, outcomes, unrecorded
from sl.claims.claim import Outcome
from sl.claims.page import Section, markdown
from sl.claims.verdict import RULE
from sl.errors import UserError
from sl.record import Run, sheets
from sl.record.words import model_title, paper_scale
from sl.stats import LEVEL, least_p


def write_all(runs: list[Run], literature: Literature, out: Path) -> Iterator[str]:
    """Write claims.md and claims.json of `runs` to the folder `out`; yields a line for each file.

    Without a finished run every claim is listed as lacking runs. Raises UserError where `out` cannot be written.
    """
    pages = [sheet for sheet in sheets(runs) if sheet.runs]
    sections = [Section(outcomes(sheet, literature), sheet) for sheet in pages] or [Section(unrecorded(literature))]
    texts = {"claims.md": markdown(sections, out), "claims.json": json.dumps(as_data(sections, out), indent=1) + "\n"}
    for name, text in texts.items():
        try:
            out.mkdir(parents=True, exist_ok=True)
            (out / name).write_text(text, encoding="utf-8")
        except OSError as error:
            raise UserError(f"out={out}: not writable ({error.strerror})") from None
        yield str(out / name)


def as_data(sections: list[Section], out: Path) -> dict[str, Any]:
    """All sections as JSON can hold them; paths of records are relative to `out`."""
    return {"format": 1, "rule": RULE, "level": LEVEL, "sheets": [_sheet(section, out) for section in sections]}


def _sheet(section: Section, out: Path) -> dict[str, Any]:
    sheet = section.sheet
    names = dict(zip(("dataset", "scale", "recipe"), sheet.names if sheet else (None,) * 3, strict=True))
    return {
        **names,
        "network": model_title(sheet.head) if sheet else None,
        "paper_scale": paper_scale(sheet.head) if sheet else None,
        "setting": section.title,
        "claims": [_claim(outcome, out) for outcome in section.outcomes],
    }


def _claim(outcome: Outcome, out: Path) -> dict[str, Any]:
    claim, result = outcome.claim, outcome.estimate
    return {
        "id": claim.id,
        "topic": claim.topic,
        "claim": claim.sentence,
        "statistic": claim.statistic,
        "verdict": outcome.verdict.value,
        "n": result.n,
        "mean": result.mean if result.n else None,
        "low": result.low,
        "high": result.high,
        "why_no_interval": result.why_none or None,
        "p": outcome.p,
        "least_p": least_p(result.n),
        "seeds": list(outcome.seeds),
        "values": list(outcome.values),
        "proof": claim.proof or None,
        "reported": [vars(reported) for reported in claim.reported],
        "finished_runs": outcome.missing,
        "records": [Path(os.path.relpath(run.path, out)).as_posix() for run in outcome.runs],
    }
