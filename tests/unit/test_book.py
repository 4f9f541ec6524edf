"""The book: what is known of a request on its day, told by rows made by hand.

given an issuer's obligations
    paid by their days of grace: due and prompt; paid later: due; unpaid: due once the days of grace are over
    days late are summed over the paid and, so far, over the unpaid; early is 0
    one not confirmed, or disputed, does not count until it is; however its token is split, it counts once
    unpaid for longer than the days of default: the issuer is in default, until it pays
given the whole programme: the same count with its own days of grace, over its issuers alone; given none: nothing
given credit that came in and went on
    whole months of 365/12 days since the pair's first, at most twelve, each what came less what went, not below 0
    the pairs of an issuer add up to what it issued
given financings: the firms financed, and the advances of the pair that are out
given decisions: the bank's last move in the programme
given anything that is of other parties: nothing changes
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from scfin_chain.service.book import DECISIONS, Graces, gather, month_of
from scfin_chain.service.facts import RequestFacts
from scfin_chain.store.rows import DerivedRows
from scfin_chain.store.store import Store
from scfin_chain.units import Day, FinancingId, ParticipantId
from tests.fakes.stores import empty_store

repeatable = settings(derandomize=True, deadline=None, max_examples=50)

BANK, ISSUER, OTHER_ISSUER, HOLDER, OTHER_HOLDER = 2, 3, 4, 5, 6
PROGRAMME, OTHER_PROGRAMME = 5, 9
GRACES = Graces(score_days=5, programme_days=30, default_days=30)


@dataclass
class Records:
    """Derived rows, as a listener would have made them."""

    store: Store
    number: int = 0
    issuers: set[int] = field(default_factory=set)

    def insert(self, name: str, **values: Any) -> None:
        with self.store.begin() as connection:
            DerivedRows(connection, block_number=1, undoable=False).insert(name, **values)

    def update(self, name: str, key: dict[str, Any], **values: Any) -> None:
        with self.store.begin() as connection:
            DerivedRows(connection, block_number=1, undoable=False).update(name, key, **values)

    def owed(self, due: int, paid: int | None = None, **changes: Any) -> int:
        """A confirmed receivable of the issuer."""
        self.number += 1
        values = {
            "debtor": ISSUER,
            "creditor": HOLDER,
            "programme": PROGRAMME,
            "key": f"0x{self.number}",
            "document_type": 0,
            "document_number": str(self.number),
            "documents": "0x",
            "face": 100,
            "due_day": due,
            "registered_day": 0,
            "confirmed_day": 0,
            "paid_day": paid,
        }
        self.insert("receivable", id=self.number, **(values | changes))
        return self.number

    def flow(self, day: int, amount: int, *, holder: int = HOLDER, issuer: int = ISSUER) -> None:
        """Credit that the holder received, or paid on."""
        self.number += 1
        self.insert(
            "flow",
            block_number=self.number,
            ordinal=0,
            holder=holder,
            issuer=issuer,
            credit="1",
            day=day,
            amount=amount,
        )

    def request(self, day: int, **changes: Any) -> FinancingId:
        """A request of the holder on a receivable that falls due far from now and disturbs no count."""
        issuer = changes.get("issuer", ISSUER)
        receivable = self.owed(10_000, debtor=issuer)
        if issuer not in self.issuers:
            self.insert("line", issuer=issuer, limit=1_000, used=400)
            self.issuers.add(issuer)
        values = {
            "credit": str(2**160 + receivable),
            "receivable": receivable,
            "issuer": issuer,
            "programme": PROGRAMME,
            "maturity_day": 10_000,
            "holder": HOLDER,
            "face": 60,
            "expires_day": day + 7,
            "requested_day": day,
            "requested_block": 1,
        }
        self.insert("financing", id=receivable, **(values | changes))
        return FinancingId(receivable)

    def facts(self, day: int, **changes: Any) -> RequestFacts:
        """The facts of a request that is made now."""
        financing = self.request(day, **changes)
        with self.store.read() as connection:
            return gather(connection, financing, bank=ParticipantId(BANK), day=Day(day), graces=GRACES)


@pytest.fixture
def records() -> Iterator[Records]:
    with empty_store() as store:
        yield Records(store)


def test_tells_the_request_itself(records: Records) -> None:
    facts = records.facts(100, face=77, maturity_day=130)
    assert (facts.day, facts.bank, facts.holder, facts.issuer, facts.programme) == (
        100,
        BANK,
        HOLDER,
        ISSUER,
        PROGRAMME,
    )
    assert (facts.financing, facts.credit, facts.face, facts.maturity) == (1, 2**160 + 1, 77, 130)
    assert (facts.confirmed, facts.disputed, facts.line_limit, facts.line_used) == (True, 0, 1_000, 400)


@pytest.mark.parametrize(
    ("changes", "confirmed", "disputed"), [({"confirmed_day": None}, False, 0), ({"disputed": 40}, True, 40)]
)
def test_tells_whether_its_receivable_stands(
    records: Records, changes: dict[str, Any], confirmed: bool, disputed: int
) -> None:
    financing = records.request(100)
    records.update("receivable", {"id": financing}, **changes)
    with records.store.read() as connection:
        facts = gather(connection, financing, bank=ParticipantId(BANK), day=Day(100), graces=GRACES)
    assert (facts.confirmed, facts.disputed) == (confirmed, disputed)


class TestGivenObligations:
    @pytest.mark.parametrize(
        ("day", "paid", "due", "prompt"),
        [
            (99, 80, 1, 1),
            (100, 100, 1, 1),
            (105, 105, 1, 1),
            (106, 106, 1, 0),
            (200, 150, 1, 0),
            (105, None, 0, 0),
            (106, None, 1, 0),
        ],
    )
    def test_counts_one_due_on_day_100(
        self, records: Records, day: int, paid: int | None, due: int, prompt: int
    ) -> None:
        records.owed(100, paid)
        facts = records.facts(day)
        assert (facts.obligations_due, facts.obligations_prompt) == (due, prompt)
        assert facts.obligations_paid == (paid is not None)

    @pytest.mark.parametrize(
        ("day", "paid", "late"),
        [(100, 80, 0), (100, 100, 0), (101, 101, 1), (200, 135, 35), (100, None, 0), (101, None, 1), (120, None, 20)],
    )
    def test_sums_the_days_late(self, records: Records, day: int, paid: int | None, late: int) -> None:
        records.owed(100, paid)
        assert records.facts(day).late_days == late

    def test_adds_up_the_golden_history(self, records: Records) -> None:
        """Paid with 0, 0, 10 and 35 days late, one unpaid 20 days overdue: 65 days, w = 2.136986301 months."""
        for late in (0, 0, 10, 35):
            records.owed(100, 100 + late)
        records.owed(180)
        facts = records.facts(200)
        assert (facts.obligations_paid, facts.late_days) == (4, 65)
        assert (facts.obligations_due, facts.obligations_prompt) == (5, 2)

    @pytest.mark.parametrize("change", [{"confirmed_day": None}, {"disputed": 1}, {"disputed": 100, "free": 0}])
    def test_leaves_out_one_that_does_not_stand_until_it_does(self, records: Records, change: dict[str, Any]) -> None:
        receivable = records.owed(100, **change)
        before = records.facts(150)
        assert (before.obligations_due, before.late_days, before.issuer_in_default) == (0, 0, False)
        assert before.programme_due == 0

        records.update("receivable", {"id": receivable}, confirmed_day=150, disputed=0)
        after = records.facts(150)
        assert (after.obligations_due, after.late_days, after.issuer_in_default) == (1, 50, True)
        assert after.programme_due == 1

    @pytest.mark.parametrize(
        ("day", "paid", "in_default"), [(130, None, False), (131, None, True), (131, 131, False), (200, 140, False)]
    )
    def test_tells_a_default(self, records: Records, day: int, paid: int | None, in_default: bool) -> None:
        records.owed(100, paid)
        assert records.facts(day).issuer_in_default is in_default

    @repeatable
    @given(parts=st.lists(st.integers(1, 30), max_size=5))
    def test_counts_one_once_however_its_token_is_split(self, parts: list[int]) -> None:
        with empty_store() as store:
            records = Records(store)
            receivable = records.owed(100, tokenised=100)
            records.insert(
                "credit", id="1", receivable=receivable, issuer=ISSUER, programme=PROGRAMME, maturity_day=100
            )
            before = records.facts(150)
            for number, part in enumerate(parts):
                records.insert("holding", credit="1", account=f"0x{number}", amount=part)
                records.flow(50, part, holder=OTHER_HOLDER + number)
            after = records.facts(150)
        names = ("obligations_due", "obligations_prompt", "obligations_paid", "late_days", "programme_due")
        assert [getattr(after, name) for name in names] == [getattr(before, name) for name in names] == [1, 0, 0, 50, 1]

    def test_counts_those_of_the_issuer_in_every_programme_and_no_other_debtor(self, records: Records) -> None:
        records.owed(100, 100)
        records.owed(100, 100, programme=OTHER_PROGRAMME, creditor=OTHER_HOLDER)
        records.owed(100, 100, debtor=OTHER_ISSUER)
        records.owed(100, None, debtor=OTHER_ISSUER)
        facts = records.facts(200)
        assert (facts.obligations_due, facts.obligations_prompt, facts.obligations_paid) == (2, 2, 2)
        assert facts.issuer_in_default is False


class TestGivenTheProgramme:
    @pytest.mark.parametrize(
        ("day", "paid", "due", "repaid"),
        [(100, 90, 1, 1), (130, 130, 1, 1), (131, 131, 1, 0), (130, None, 0, 0), (131, None, 1, 0)],
    )
    def test_counts_one_due_on_day_100(
        self, records: Records, day: int, paid: int | None, due: int, repaid: int
    ) -> None:
        records.owed(100, paid)
        facts = records.facts(day)
        assert (facts.programme_due, facts.programme_repaid) == (due, repaid)

    def test_counts_every_issuer_of_it_and_no_other_programme(self, records: Records) -> None:
        records.owed(100, 100)
        records.owed(100, 140, debtor=OTHER_ISSUER)
        records.owed(100, 100, programme=OTHER_PROGRAMME)
        facts = records.facts(200)
        assert (facts.programme_due, facts.programme_repaid) == (2, 1)

    def test_knows_nothing_given_none(self, records: Records) -> None:
        """0 is no programme: what stands under it is nobody's history."""
        records.owed(100, 100, programme=0, debtor=OTHER_ISSUER)
        records.request(90, holder=OTHER_HOLDER, state="funded", price=50, programme=0)
        facts = records.facts(200, programme=0)
        assert (facts.programme_due, facts.programme_repaid, facts.firms_financed) == (0, 0, 1)
        assert facts.last_supervised is None


@pytest.mark.parametrize(
    ("days", "month"), [(0, 0), (30, 0), (31, 1), (60, 1), (61, 2), (91, 2), (92, 3), (364, 11), (365, 12), (730, 24)]
)
def test_months_are_of_365_days_by_12(days: int, month: int) -> None:
    assert month_of(Day(days)) == month


class TestGivenCreditThatFlows:
    def test_has_no_volume_given_none(self, records: Records) -> None:
        facts = records.facts(100)
        assert (facts.volumes, facts.first_credit) == ((), 0)

    def test_has_no_whole_month_given_credit_of_this_month(self, records: Records) -> None:
        records.flow(100, 80)
        records.flow(120, 20)
        facts = records.facts(130)
        assert (facts.volumes, facts.first_credit) == ((), 80)

    def test_books_each_payment_in_its_own_month_and_none_below_0(self, records: Records) -> None:
        for day, amount in (
            (1_000, 100),
            (1_000, -40),
            (1_010, 90),
            (1_035, -70),
            (1_040, 10),
            (1_070, 30),
            (1_095, 5),
        ):
            records.flow(day, amount)
        facts = records.facts(1_100)
        assert (facts.volumes, facts.first_credit) == ((150, 0, 30), 100)

    def test_looks_back_on_twelve_months(self, records: Records) -> None:
        for month in range(15):
            records.flow(1_000 + 31 * month, month + 1)
        assert records.facts(1_000 + 365 + 92).volumes == tuple(range(4, 16))

    def test_leaves_out_other_pairs(self, records: Records) -> None:
        records.flow(1_000, 100)
        records.flow(1_000, 70, holder=OTHER_HOLDER)
        records.flow(1_000, 50, issuer=OTHER_ISSUER)
        assert records.facts(1_040).volumes == (100,)

    @repeatable
    @given(
        st.lists(
            st.tuples(st.integers(0, 200), st.integers(1, 1_000), st.integers(0, 9_999), st.integers(0, 9_999)),
            min_size=1,
            max_size=6,
        )
    )
    def test_pairs_add_up_to_the_issuers_volume(self, trades: list[tuple[int, int, int, int]]) -> None:
        """Each credit comes to the first tier and is handed down twice on its day."""
        first = min(day for day, *_ in trades)
        months = [0] * month_of(Day(230 - first))
        with empty_store() as store:
            records = Records(store)
            for day, face, *shares in sorted(trades):
                if (month := month_of(Day(day - first))) < len(months):
                    months[month] += face
                records.flow(day, face, holder=0)
                passed = face
                for tier, share in enumerate(shares, 1):
                    passed = passed * share // 10_000
                    records.flow(day, -passed, holder=tier - 1)
                    records.flow(day, passed, holder=tier)
            volumes = [records.facts(230, holder=holder).volumes for holder in range(3)]
        assert [sum(volume) for volume in zip(*volumes, strict=True)] == months


class TestGivenFinancings:
    def test_counts_this_firm_given_none(self, records: Records) -> None:
        facts = records.facts(100)
        assert (facts.firms_financed, facts.advanced) == (1, 0)

    def test_counts_each_firm_financed_in_the_programme_once(self, records: Records) -> None:
        for holder in (HOLDER, OTHER_HOLDER, OTHER_HOLDER, 7):
            records.request(90, holder=holder, state="settled", price=50)
        records.request(90, holder=8, state="refused")
        records.request(90, holder=9, state="funded", price=50, programme=OTHER_PROGRAMME)
        assert records.facts(100).firms_financed == 3

    def test_sums_the_advances_of_the_pair_that_are_out(self, records: Records) -> None:
        records.request(90, state="funded", price=50)
        records.request(90, state="funded", price=30, programme=OTHER_PROGRAMME)
        records.request(90, state="settled", price=20)
        records.request(90, state="refused")
        records.request(90, state="funded", price=11, holder=OTHER_HOLDER)
        records.request(90, state="funded", price=7, issuer=OTHER_ISSUER)
        assert records.facts(100).advanced == 80


class TestGivenDecisions:
    @staticmethod
    def decided(records: Records, financing: int, *, supervised: bool, programme: int = PROGRAMME) -> None:
        texts = dict.fromkeys(("verdict", "reason", "signature", "model_hash", "inputs_hash"), "")
        bodies: dict[str, Any] = {name: {} for name in ("signed", "inputs", "models", "outputs")}
        with records.store.begin() as connection:
            connection.execute(
                insert(DECISIONS).values(
                    financing=financing,
                    requested_block=1,
                    programme=programme,
                    day=1,
                    supervised=supervised,
                    **texts,
                    **bodies,
                )
            )

    def test_knows_no_last_move_given_none(self, records: Records) -> None:
        assert records.facts(100).last_supervised is None

    @pytest.mark.parametrize("last", [True, False])
    def test_keeps_the_last_move_in_the_programme(self, records: Records, last: bool) -> None:
        self.decided(records, 31, supervised=last)
        self.decided(records, 30, supervised=not last)
        self.decided(records, 32, supervised=not last, programme=OTHER_PROGRAMME)
        assert records.facts(100).last_supervised is last
