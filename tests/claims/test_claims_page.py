"""claims.md, claims.json and the README's findings: one set of outcomes, rendered."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import synthetic
from claim_records import claim, group, read_claims, written

from sl.claims.findings import findings
from sl.claims.page import markdown, summary
from sl.claims.reported import Reported
from sl.claims.rule import Verdict
from sl.claims.tally import tally
from sl.numbers import signed, with_interval
from sl.tables import Literature


def test_numbers_are_the_same_on_every_page(page: tuple) -> None:
    root, text, groups = page
    found = claim(groups, "sl_vs_ce_symmetric_40")
    gains = found["differences"]
    assert found["mean"] == pytest.approx(sum(gains) / 3) == pytest.approx(12.5, abs=0.5)
    shown = with_interval(found["mean"], tuple(found["interval"]))
    by_seed = ", ".join(f"{seed}: {signed(gain)}" for seed, gain in enumerate(gains))
    assert f"| {shown} | {by_seed} | {found['p']:.2g} | **supported** * |" in text
    row = f"| SL ends more accurate than CE (symmetric 40 %) | {signed(found['mean'], 1)} supported * (paper +6.64 †) |"
    assert row in findings(read_claims(root / "claims.json"))


def test_the_verdicts_at_the_papers_scale_are_counted(page: tuple) -> None:
    root, _, groups = page
    verdicts = [found["verdict"] for found in groups[0]["claims"] if not found["proof"]]  # algebra is no run
    counts = {name: verdicts.count(name) for name in ("supported", "contradicted", "undecided")}
    untested = len(groups[0]["claims"]) - sum(counts.values())
    assert tally(read_claims(root / "claims.json")) == (
        "**The paper's claims, in our words, at its scale (authors_code, n = 3).** "
        f"CIFAR-10 ({len(groups[0]['claims'])} claims): {counts['supported']} supported (corrected: "
        f"{counts['supported']}), 1 contradicted (corrected: 1), {counts['undecided']} undecided, {untested} untested. "
        "Contradicted: “SL memorises fewer wrong labels than CE” (CIFAR-10)."
    )


def test_the_class_that_decides_a_claim_on_every_class_is_named() -> None:
    made = group("cifar10", True, one=(Verdict.SUPPORTED, 3))
    claims = tuple(replace(one, at_class="deer", mean=9.4, interval=(1.3, 17.5)) for one in made.claims)
    assert "| +9.40 [+1.30, +17.50] (at deer) |" in markdown([replace(made, claims=claims)])


def test_what_is_read_back_is_what_was_written(page: tuple) -> None:
    root, text, _ = page
    read = read_claims(root / "claims.json")
    assert markdown(read) == text
    assert [outcome.id for outcome in read[0].claims if outcome.refused] == []


def test_records_are_named(page: tuple) -> None:
    root, _, groups = page
    records = claim(groups, "sl_vs_ce_symmetric_40")["records"]
    assert len(records) == 6
    assert all((root / path).is_file() for path in records)


def test_the_parameters_that_stand_for_a_loss_are_named(page: tuple, tmp_path: Path, literature: Literature) -> None:
    assert "Losses: CE, SL (α 0.1, β 1, A −9.21)." in page[1].splitlines()
    for seed in (0, 1, 2):
        synthetic.record(tmp_path / "runs", "ce", seed=seed)
        synthetic.record(tmp_path / "runs", "sl", seed=seed, loss_options={"alpha": 5.0, "beta": 0.0})
    synthetic.record(tmp_path / "runs", "mae")  # which no claim compares
    text, groups = written(tmp_path, literature)
    assert claim(groups, "sl_vs_ce_symmetric_40")["verdict"] == "supported"
    assert groups[0]["losses"] == ["CE", "SL (α 5, β 0, A −9.21)"]
    section = text.partition("## CIFAR-10")[2].partition("## What is measured")[0]
    assert "Losses: CE, SL (α 5, β 0, A −9.21)." in section.splitlines()


def test_every_table_row_has_as_many_cells_as_its_head(page: tuple) -> None:
    (table,) = re.findall(r"(?:^\|.*\n)+", page[1], flags=re.MULTILINE)
    assert len({line.count(" | ") for line in table.splitlines()}) == 1


def test_what_algebra_shows_is_counted_apart_from_what_runs_show() -> None:
    yes = (Verdict.SUPPORTED, 3)
    assert summary(group("cifar10", True, one=yes, proven=yes)) == "2 claims: 1 supported, 1 by algebra"


def test_a_group_says_where_its_finished_runs_come_from_and_when_they_are_looked_at(page: tuple) -> None:
    (line,) = (line for line in page[1].splitlines() if "Epochs of the stages" in line)
    assert ". 7 runs, 3 seeds (0, 1, 2) · cpu: invented, 1 thread · " in line
    assert line.endswith("Epochs of the stages: early 1, middle 60, late 118.")


def test_the_papers_number_stands_in_the_row_and_what_others_report_below() -> None:
    other, paper = Reported("+1.0", "a re-run", "read", False, False), Reported("+2.0", "SL paper", "said", True, True)
    made = group("cifar10", True, one=(Verdict.SUPPORTED, 3), two=(Verdict.SUPPORTED, 3))
    claims = (replace(one, reported=told) for one, told in zip(made.claims, ((other, paper), (other,)), strict=True))
    full = replace(made, claims=tuple(claims))
    text = markdown([full])
    assert [line.split(" | ")[1] for line in text.splitlines() if line.startswith("| ")][2:] == ["+2.0 † (said)", "–"]
    told = "Reported on CIFAR-10: +1.0 (a re-run; read)."
    assert text.count(told) == text.count("Reported") == 2
    others = [replace(full, recipe="apl"), group("mnist", True, two=(Verdict.SUPPORTED, 3), one=(Verdict.UNDECIDED, 3))]
    assert markdown([full, *others]).count(told) == 2  # MNIST, of which nothing is reported, is the last with the claim


def test_that_ce_memorises_little_stands_first_of_a_group_and_below_the_readmes_table() -> None:
    made = replace(group("cifar10", True, one=(Verdict.SUPPORTED, 3)), setting="A setting", caution="CE is cautious.")
    assert "## A setting\n\n**CE is cautious.**\n\n1 claims: " in markdown([made])
    assert "1 claims: 1 supported. CE is cautious.\n" in findings([made])
