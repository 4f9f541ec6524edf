"""The demo.

given the told story
    it should refuse the first request for the line, and approve the next three
    it should collect by itself at maturity, and leave the late payer overdue with a fee
    it should tell the same story again, and end with nothing outstanding
"""

from collections.abc import Iterator
from contextlib import contextmanager

from scfin_chain.bootstrap import Laboratory, open_laboratory
from scfin_chain.scenarios.conservation import check_conservation
from scfin_chain.scenarios.demo import FIRST_DAY, Demo
from scfin_chain.scenarios.stage import Stage


@contextmanager
def told() -> Iterator[tuple[Laboratory, Demo, list[str]]]:
    with open_laboratory(start=FIRST_DAY) as laboratory:
        demo = Demo(Stage(laboratory))
        yield laboratory, demo, list(demo.tell())


def test_it_refuses_approves_collects_and_waits_for_the_late_payer():
    with told() as (laboratory, demo, lines):
        story = "\n".join(lines)
        states = {row["id"]: row["state"] for row in laboratory.store.derived("financing")}
        assert [states[financing] for financing in demo.financings] == ["refused", *["settled"] * 4]
        assert "refused (financing 1)" in story
        assert "the contract collects 100,000.00 from Aurora Motors by itself" in story
        failed = [row for row in laboratory.store.derived("settlement") if row["collection_failed_day"] is not None]
        assert len(failed) == 1
        assert failed[0]["fee"] > 0
        assert failed[0]["status"] == "closed"
        assert lines[0].startswith("2026-01-05")


def test_it_ends_with_nothing_outstanding_and_nothing_lost():
    with told() as (laboratory, _, _):
        kept = check_conservation(laboratory)
        assert kept.ok
        assert (kept.outstanding_credit, kept.unpaid_claims) == (0, 0)
        tiers = {row["tier"] for row in laboratory.store.derived("participant")}
        assert {1, 2, 3} <= tiers


def test_it_is_the_same_story_each_time():
    with told() as (_, first, lines), told() as (_, second, again):
        assert lines == again
        assert first.stage.journal.digest == second.stage.journal.digest
