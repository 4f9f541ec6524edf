"""A payment history as indicators, and its split by time.

given a debtor on a day
    the counts should be those of the plain definition, and a debtor without history should have the prior's
    nothing that is invoiced or paid on the day or later should matter
given a history and a cut
    no row of the earlier sample should know of the cut or later, and no row of either of its own future
    what straddles, and what is not known yet, should be in neither, prompt or late
given a table as CSV: numbers by name; every bad row is named by its line
"""

from dataclasses import replace
from math import log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scfin_chain.errors import InvalidInput
from scfin_chain.models import ModelDomainError
from scfin_chain.models.default_model import (
    HISTORY_INDICATORS,
    BadRows,
    DefaultProxy,
    Obligation,
    PaymentHistory,
    cut_for,
    history_before,
    sample_of,
    split_by_time,
    table_from_csv,
)
from scfin_chain.units import Day

exhaustive = settings(derandomize=True, deadline=None, max_examples=100)
PROXY = DefaultProxy(late_days=10, grace_days=5)


@st.composite
def obligations(draw: st.DrawFn) -> Obligation:
    invoiced = draw(st.integers(0, 120))
    due = invoiced + draw(st.integers(0, 40))
    settled = draw(st.none() | st.integers(invoiced, invoiced + 80))
    return Obligation(
        debtor=draw(st.sampled_from("ab")),
        invoiced=Day(invoiced),
        due=Day(due),
        settled=None if settled is None else Day(settled),
    )


histories = st.lists(obligations(), max_size=14)


def owed(invoiced: int, due: int, settled: int | None) -> Obligation:
    return Obligation(
        debtor="a", invoiced=Day(invoiced), due=Day(due), settled=None if settled is None else Day(settled)
    )


class TestGivenADebtorOnADay:
    def test_counts_by_hand(self) -> None:
        """On day 50: one prompt, one 7 days late, one 20 days overdue, one in its grace, one not yet due."""
        known = [owed(0, 30, 32), owed(0, 30, 37), owed(5, 30, None), owed(8, 47, 90), owed(9, 60, None)]
        history = history_before(known, Day(50), PROXY)
        assert history == PaymentHistory(prompt=1, paid=2, due=3, late_days=2 + 7 + 20 + 3)
        assert dict(history.indicators) == pytest.approx(
            {"prompt_share": 3.72 / 7, "mean_late_days": 8.0, "overdue_share": 0.25, "experience": log(4)}
        )

    def test_has_the_prior_given_none(self) -> None:
        history = history_before([], Day(50), PROXY)
        assert tuple(history.indicators.values()) == (0.68, 0.0, 0.0, 0.0)
        assert tuple(history.indicators) == HISTORY_INDICATORS

    @exhaustive
    @given(histories, st.integers(0, 200))
    def test_looks_not_ahead(self, known: list[Obligation], day: int) -> None:
        """Whatever is rewritten of the day and later, the history stays."""
        forgotten = [
            replace(one, settled=None) if one.settled is not None and one.settled >= day else one
            for one in known
            if one.invoiced < day
        ]
        changed = [*forgotten, owed(day, day, day), owed(day + 3, day + 9, None)]
        assert history_before(changed, Day(day), PROXY) == history_before(known, Day(day), PROXY)

    @exhaustive
    @given(st.integers(-3, 3), st.integers(-3, 3), st.integers(-3, 3), st.integers(-3, 3))
    def test_refuses_counts_that_do_not_go_together(self, prompt: int, paid: int, due: int, late: int) -> None:
        if 0 <= prompt <= paid <= due and late >= 0:
            assert PaymentHistory(prompt=prompt, paid=paid, due=due, late_days=late).indicators
        else:
            with pytest.raises(ModelDomainError):
                PaymentHistory(prompt=prompt, paid=paid, due=due, late_days=late)


class TestGivenACut:
    @exhaustive
    @given(histories, st.integers(0, 150), st.integers(0, 100))
    def test_puts_each_in_one_place(self, known: list[Obligation], cut: int, more: int) -> None:
        split = split_by_time(known, cut=Day(cut), known_to=Day(cut + more), proxy=PROXY)
        counts = split.earlier.size + split.later.size + split.straddling + split.unknown
        assert counts == len(known)
        assert split.earlier.size == sum(one.due + 10 < cut and one.invoiced < cut for one in known)
        assert split.later.size == sum(one.due + 10 < cut + more and one.invoiced >= cut for one in known)

    @exhaustive
    @given(histories, st.integers(0, 150))
    def test_has_an_earlier_sample_that_knows_nothing_of_the_cut_or_later(
        self, known: list[Obligation], cut: int
    ) -> None:
        """The file as it was in the morning of the cut gives the same sample."""
        as_it_was = [
            replace(one, settled=None) if one.settled is not None and one.settled >= cut else one
            for one in known
            if one.invoiced < cut
        ]
        now = split_by_time(known, cut=Day(cut), known_to=Day(400), proxy=PROXY)
        then = split_by_time(as_it_was, cut=Day(cut), known_to=Day(cut), proxy=PROXY)
        assert now.earlier == then.earlier

    def test_calls_a_default_what_is_later_than_the_wait(self) -> None:
        known = [owed(0, 30, 40), owed(0, 30, 41), owed(0, 30, None)]
        assert sample_of(known, known, PROXY).outcomes == (0.0, 1.0, 1.0)

    def test_leaves_out_prompt_and_late_alike_given_a_wait_that_is_not_over(self) -> None:
        known = [owed(0, 30, 5), owed(0, 30, None)]
        split = split_by_time(known, cut=Day(40), known_to=Day(90), proxy=PROXY)
        assert (split.earlier.size, split.straddling) == (0, 2)
        assert split_by_time(known, cut=Day(41), known_to=Day(90), proxy=PROXY).earlier.size == 2

    @exhaustive
    @given(histories.filter(bool), st.floats(0.01, 0.99))
    def test_keeps_a_day_together(self, known: list[Obligation], share: float) -> None:
        cut = cut_for(known, share)
        assert cut in {one.invoiced for one in known}

    @pytest.mark.parametrize("share", [0.0, 1.0, float("nan"), -0.1])
    def test_refuses_a_share_that_is_none(self, share: float) -> None:
        with pytest.raises(ModelDomainError, match="later_share is"):
            cut_for([owed(0, 1, 2)], share)

    @pytest.mark.parametrize(("invoiced", "due", "settled"), [(5, 4, None), (5, 9, 4), (-1, 3, None)])
    def test_refuses_days_out_of_order(self, invoiced: int, due: int, settled: int | None) -> None:
        with pytest.raises(ModelDomainError):
            owed(invoiced, due, settled)


class TestGivenATable:
    def test_reads_numbers_by_name(self) -> None:
        table = table_from_csv(" leverage ,defaulted\r\n0.4,0\r\n\r\n1e-3, 1 \r\n")
        sample = table.sample("defaulted")
        assert (sample.indicators, sample.rows, sample.outcomes) == (("leverage",), ((0.4,), (0.001,)), (0.0, 1.0))

    def test_names_every_bad_row_by_its_line(self) -> None:
        text = 'a,b\n1,2\nx,2\n3\n4,nan\n"5\n",6\n1e400,1\n"7,8\n'
        with pytest.raises(BadRows) as refusal:
            table_from_csv(text)
        assert [problem.partition(":")[0] for problem in refusal.value.problems] == [
            "line 3", "line 4", "line 5", "line 8", "line 9",
        ]  # fmt: skip
        assert "line 3: a is 'x': must be a number" in str(refusal.value)

    def test_names_twenty_and_counts_the_rest(self) -> None:
        with pytest.raises(BadRows) as refusal:
            table_from_csv("a\n" + "x\n" * 30)
        assert str(refusal.value).endswith("\nand 10 more")

    @pytest.mark.parametrize("text", ["", "\n", "a,a\n1,2\n", "a,\n1,2\n", "a\n", '"a\n'])
    def test_refuses_what_has_no_header_or_no_row(self, text: str) -> None:
        with pytest.raises(InvalidInput) as refusal:
            table_from_csv(text)
        assert str(refusal.value).isprintable()

    def test_refuses_columns_that_are_not_there(self) -> None:
        table = table_from_csv("a,b\n1,0\n")
        with pytest.raises(InvalidInput, match="column is 'c': must be one of a, b"):
            table.sample("c")
        with pytest.raises(InvalidInput, match="indicators is 'b'"):
            table.sample("b", ("a", "b"))

    @exhaustive
    @given(st.text(alphabet='a,1.-e"\n\r\0x ', max_size=40))
    def test_reads_any_text_or_refuses_it(self, text: str) -> None:
        try:
            table = table_from_csv(text)
        except (InvalidInput, BadRows):
            return
        assert all(len(row) == len(table.columns) for row in table.rows)
