"""Numbers that the paper and others report, beside ours and with their marks."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import synthetic
from claim_records import CE, claim

from sl.claims.catalogue import catalogue
from sl.claims.evaluate import all_outcomes
from sl.claims.findings import findings
from sl.claims.page import markdown
from sl.record import CLEAN, Noise, load_all
from sl.tables import Literature
from sl.tables.published import Fact


def test_what_others_report_stands_beside_with_its_mark(page: tuple) -> None:
    reported = claim(page[2], "sl_vs_ce_symmetric_40")["reported"]
    recalled = {"text": "+6.64", "source": "SL paper", "confidence": "recalled, not checked"}
    assert recalled | {"unchecked": True, "paper": True} in reported
    assert any(line["source"].startswith("KTH re-run, last epoch") and line["text"] == "+7.06" for line in reported)
    assert "| +6.64 † (recalled, not checked) | " in page[1]
    gap = claim(page[2], "classes_1_3_clean")["reported"]
    assert [(line["text"], line["unchecked"]) for line in gap] == [("almost 20", True), ("17.2", False)]  # 95.5 − 78.3
    assert "Reported on CIFAR-10: 17.2 (KTH re-run, 1 run, epoch 100; read from logs" in page[1]
    noisy = "| about 30 (above 90 % against about 60 %) † (one secondary source, not checked) | "
    assert noisy in page[1]


FACT = Fact(
    label="SL paper", dataset="cifar10", loss="ce", noise=Noise("symmetric", 0.4), better=6, worse=3, points=14.0,
    text="about 14", confidence="checked_text",
)  # fmt: skip


@pytest.mark.parametrize("sure", ["checked_text", "secondary_not_checked"])
def test_a_fact_is_marked_wherever_it_is_shown_unless_it_is_checked(tmp_path: Path, sure: str) -> None:
    for seed in (0, 1, 2):
        CE.write(tmp_path, seed, epochs=120)
    found = all_outcomes(load_all(tmp_path), Literature(facts=[FACT.model_copy(update={"confidence": sure})]), tmp_path)
    main = [replace(group, claims=tuple(replace(one, headline=True) for one in group.claims)) for group in found]
    for text in (markdown(found), findings(main)):
        marks = {text[match.end() :][:2] == " †" for match in re.finditer("about 14", text)}
        assert marks == {sure == "secondary_not_checked"}


def test_half_of_a_fact_is_asked_and_none_where_there_is_none() -> None:
    """Whatever the file says: nothing of it stands in code."""
    others = [{"noise": CLEAN, "points": 9.0}, {"dataset": "mnist"}, {"label": "other"}]
    facts = [FACT, *(FACT.model_copy(update=changed) for changed in others)]
    made = {one.id: one for one in catalogue("cifar10", "apl", Literature(facts=facts), usual=False)}
    without = {one.id for one in catalogue("cifar10", "apl", Literature(), usual=False)}
    assert made.keys() - without == {"classes_6_3_noisy", "classes_6_3_clean", "spread_clean"}
    assert made["classes_6_3_noisy"].sentence.startswith("CE is more than 7 points better at class 6 than at class 3")
    assert made["spread_clean"].sentence.endswith("the mean counts the points above 4.5, without chance.")


def test_reruns_stand_beside_runs_of_their_own_recipe_alone(literature: Literature) -> None:
    for recipe, alone in (("authors_code", False), ("apl", True)):
        (gap,) = (one for one in catalogue("cifar10", recipe, literature, usual=True) if one.id == "classes_1_3_clean")
        assert all(one.paper for one in gap.reported) == alone


def test_no_claim_is_worded_with_a_number_of_the_paper(literature: Literature) -> None:
    """Without the files of results/paper nothing is reported."""
    bare = catalogue("cifar10", "authors_code", Literature(), usual=True)
    assert [one.id for one in bare if one.reported or "paper reports" in one.statistic] == []
    full = catalogue("cifar10", "authors_code", literature, usual=True)
    assert [one.id for one in full if "paper reports" in one.statistic] == [
        "spread_clean", "classes_1_3_clean", "classes_6_3_noisy"
    ]  # fmt: skip


def test_no_fact_is_asked_of_classes_that_the_data_lack(tmp_path: Path) -> None:
    """Data of another package may have been called cifar10, with 3 classes."""
    for seed in (0, 1, 2):
        synthetic.record(tmp_path, "ce", seed=seed, classes=3)
    (found,) = all_outcomes(load_all(tmp_path), Literature(facts=[FACT]), tmp_path)
    assert "classes_6_3_noisy" not in {outcome.id for outcome in found.claims}
