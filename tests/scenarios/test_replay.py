"""The replay of a file of invoices.

given one invoice of each kind
    settled early, on its due day, late within and after the days of grace, after its default, or never
    disputed and paid, or disputed for good; settled on its own day, due on its own day
    each ends as its row says, on chain and in the derived rows, with the fee that its days late cost
    what is not to be credit never is
    the journal is what the digest is taken over, and names nobody by address
    debtors keep no cash, and every cash that was minted is with those who were owed it
given two customers with the same invoice number: both are traded
given a small bank, or a small line: what they cannot hold is left out, and the run goes on
given the same file, settings and seed: the same digest; another seed: another, where it has something to draw
given a node: the digest of the chain in this process
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from scfin_chain.bootstrap import ChainChoice
from scfin_chain.config import ScenarioSettings, Settings
from scfin_chain.errors import ContractReverted
from scfin_chain.scenarios.conservation import check_conservation
from scfin_chain.store.tables import JournalRow, table_of
from scfin_chain.units import FinancingId, day_from_date
from tests.scenarios.files import Row, Run, months_of_trade, replayed, write

JOURNAL = table_of(JournalRow)

SOLD = date(2024, 1, 2)
DUE = SOLD + timedelta(days=30)


def row(kind: str, settled: date | None, *, invoiced: date = SOLD, due: date = DUE, disputed: bool = False) -> Row:
    """An invoice of 60.00, which a unit of 1,000 makes 60,000.00, by a customer of its own."""
    return Row(customer=kind, number="N-1", invoiced=invoiced, due=due, settled=settled, disputed=disputed)


ROWS = [
    row("early", SOLD + timedelta(days=9)),
    row("on the day", DUE),
    row("in grace", DUE + timedelta(days=5)),
    row("late", DUE + timedelta(days=20)),
    row("after default", DUE + timedelta(days=40)),
    row("never", None),
    row("disputed", DUE + timedelta(days=8), disputed=True),
    row("disputed for good", None, disputed=True),
    row("at once", SOLD),
    row("due at once", SOLD + timedelta(days=3), due=SOLD),
    row("due and paid at once", SOLD, due=SOLD),
    row("open", None, due=DUE + timedelta(days=40)),
]
NEVER_CREDIT = {"disputed", "disputed for good", "at once", "due at once", "due and paid at once"}
FACE = 6_000_000

SETTINGS = Settings(scenario=ScenarioSettings(tiers=2))


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    with replayed(write(tmp_path_factory.mktemp("replay") / "kinds.csv", ROWS), settings=SETTINGS) as run:
        yield run


@pytest.fixture(scope="module")
def end_of(ended: Run) -> Callable[[str], tuple[dict[str, Any], dict[str, Any] | None]]:
    """The receivable of a kind of invoice, and its settlement where it was credit."""
    store = ended.laboratory.store
    receivables = {row["id"]: dict(row) for row in store.derived("receivable")}
    credits_ = {row["receivable"]: row["id"] for row in store.derived("credit")}
    settlements = {row["credit"]: dict(row) for row in store.derived("settlement")}

    def end(kind: str) -> tuple[dict[str, Any], dict[str, Any] | None]:
        traded = next(traded for traded in ended.replay.traded.values() if traded.invoice.customer == kind)
        return receivables[traded.receivable], settlements.get(credits_.get(traded.receivable, ""))

    return end


def days_after(day: date, days: int) -> int:
    return day_from_date(day) + days


def parts(receivable: dict[str, Any]) -> tuple[int, int, int, int]:
    return tuple(receivable[name] for name in ("free", "tokenised", "settled", "disputed"))  # type: ignore[return-value]


End = Callable[[str], tuple[dict[str, Any], dict[str, Any] | None]]


class TestKinds:
    @pytest.mark.parametrize(
        ("kind", "paid", "fee"),
        [
            ("early", days_after(SOLD, 9), 0),
            ("on the day", days_after(DUE, 0), 0),
            ("in grace", days_after(DUE, 5), 0),
            ("late", days_after(DUE, 20), 24_658),  # 6,000,000 * 10 % * 15 / 365 = 24,657.53
            ("after default", days_after(DUE, 40), 57_535),  # ... * 35 / 365 = 57,534.25
        ],
    )
    def test_is_repaid_on_its_day_with_its_fee(self, end_of: End, kind: str, paid: int, fee: int) -> None:
        receivable, settlement = end_of(kind)
        assert parts(receivable) == (0, 0, FACE, 0)
        assert receivable["paid_day"] == paid
        assert settlement is not None
        assert (settlement["status"], settlement["collected_day"]) == ("closed", paid)
        assert (settlement["principal"], settlement["fee"]) == (FACE, fee)
        assert settlement["paid_out"] == settlement["received"] == FACE + fee

    @pytest.mark.parametrize(
        ("kind", "failed", "defaulted"),
        [
            ("early", None, None),
            ("on the day", None, None),
            ("in grace", days_after(DUE, 0), None),
            ("late", days_after(DUE, 0), None),
            ("after default", days_after(DUE, 0), days_after(DUE, 31)),
            ("never", days_after(DUE, 0), days_after(DUE, 31)),
        ],
    )
    def test_is_tried_on_its_due_day_and_declared_a_default_on_the_31st_after(
        self, end_of: End, kind: str, failed: int | None, defaulted: int | None
    ) -> None:
        _, settlement = end_of(kind)
        assert settlement is not None
        assert (settlement["collection_failed_day"], settlement["defaulted_day"]) == (failed, defaulted)

    @pytest.mark.parametrize("kind", ["never", "open"])
    def test_stays_credit_given_it_is_never_paid(self, end_of: End, kind: str) -> None:
        receivable, settlement = end_of(kind)
        assert parts(receivable) == (0, FACE, 0, 0)
        assert receivable["paid_day"] is None
        assert settlement is not None
        assert (settlement["status"], settlement["received"]) == ("live", 0)

    @pytest.mark.parametrize(
        ("kind", "confirmed", "paid"),
        [
            ("disputed", days_after(DUE, 8), days_after(DUE, 8)),
            ("at once", days_after(SOLD, 0), days_after(SOLD, 0)),
            ("due at once", days_after(SOLD, 0), days_after(SOLD, 3)),
            ("due and paid at once", days_after(SOLD, 0), days_after(SOLD, 0)),
        ],
    )
    def test_is_paid_in_cash_given_it_may_not_be_credit(
        self, end_of: End, kind: str, confirmed: int, paid: int
    ) -> None:
        receivable, settlement = end_of(kind)
        assert parts(receivable) == (0, 0, FACE, 0)
        assert (receivable["confirmed_day"], receivable["paid_day"]) == (confirmed, paid)
        assert settlement is None

    def test_stays_disputed_given_it_is_never_resolved(self, end_of: End) -> None:
        receivable, settlement = end_of("disputed for good")
        assert parts(receivable) == (0, 0, 0, FACE)
        assert (receivable["confirmed_day"], receivable["paid_day"], settlement) == (None, None, None)


class TestMoney:
    def test_leaves_debtors_without_cash(self, ended: Run) -> None:
        ledger = ended.laboratory.ledger
        debtors = {traded.issuer for traded in ended.replay.traded.values()}
        assert len(debtors) == len(ROWS)
        assert {ledger.view("CashToken", "balanceOf", debtor.signer.address) for debtor in debtors} == {0}

    def test_is_with_those_who_were_owed_it(self, ended: Run) -> None:
        """Faces and fees of all that was paid, and what the bank advanced, less what came back to it."""
        paid = len(ROWS) - 3
        ledger = ended.laboratory.ledger
        founders = ended.laboratory.founders
        accounts = {row["account"] for row in ended.laboratory.store.derived("participant") if row["tier"]}
        suppliers = sum(ledger.view("CashToken", "balanceOf", account) for account in accounts)
        bank = ledger.view("CashToken", "balanceOf", founders.bank.signer.address)
        bank -= ended.laboratory.settings.scenario.bank_cash
        dust = ledger.view("CashToken", "balanceOf", founders.regulator.signer.address)
        assert suppliers + bank + dust == paid * FACE + 24_658 + 57_535

    def test_is_what_the_chain_says(self, ended: Run) -> None:
        assert check_conservation(ended.laboratory).ok

    def test_is_not_asked_for_on_what_is_no_credit(self, ended: Run) -> None:
        credit = {row["receivable"] for row in ended.laboratory.store.derived("credit")}
        kinds = {traded.invoice.customer for traded in ended.replay.traded.values() if traded.receivable not in credit}
        assert kinds == NEVER_CREDIT
        requests = [row["receivable"] for row in ended.laboratory.store.derived("financing")]
        assert sorted(requests) == sorted([*credit] * 2)  # one of each tier
        assert len(ended.decisions()) == len(requests)


class TestJournal:
    @pytest.fixture
    def lines(self, ended: Run) -> list[str]:
        ended.stage.journal.flush()
        with ended.laboratory.store.read() as connection:
            return list(connection.execute(select(JOURNAL.c.line).order_by(JOURNAL.c.step)).scalars())

    def test_is_what_the_digest_is_taken_over(self, ended: Run, lines: list[str]) -> None:
        text = "".join(f"{line}\n" for line in lines)
        assert ended.digest == hashlib.sha256(text.encode("ascii")).hexdigest()
        assert len(lines) == ended.stage.journal.steps == ended.stage.transactions

    def test_says_step_actor_day_block_outcome_and_events(self, lines: list[str]) -> None:
        steps = [json.loads(line) for line in lines]
        assert {tuple(step) for step in steps} == {("actor", "block", "day", "events", "outcome", "step")}
        assert [step["block"] for step in steps] == sorted(step["block"] for step in steps)
        assert [step["day"] for step in steps] == sorted(step["day"] for step in steps)
        assert {step["outcome"] for step in steps} == {"done"}
        assert {step["step"] for step in steps} >= {"register", "recharge", "payWith", "request", "refuse", "collect"}

    def test_names_nobody_by_address(self, lines: list[str]) -> None:
        text = "\n".join(lines)
        assert not re.search(r"0x[0-9a-fA-F]{40}\b", text)
        assert "outsider" not in text


class TestRefusals:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        sales = [SOLD + timedelta(days=days) for days in (0, 0, 40, 45)]
        names = zip(("one", "other", "one", "one"), ("N-1", "N-1", "N-2", "N-3"), strict=True)
        rows = [
            Row(customer=customer, number=number, invoiced=day, due=day + timedelta(30), settled=day + timedelta(9))
            for (customer, number), day in zip(names, sales, strict=True)
        ]
        return write(tmp_path / "few.csv", rows)

    def test_trades_both_given_two_customers_with_the_same_number(self, path: Path) -> None:
        with replayed(path, settings=SETTINGS) as run:
            assert len(run.laboratory.store.derived("credit")) == 4
            assert {row["state"] for row in run.laboratory.store.derived("financing")} == {"refused", "settled"}

    def test_writes_down_what_a_contract_refuses(self, path: Path) -> None:
        with replayed(path, settings=Settings(scenario=ScenarioSettings(tiers=1))) as run:
            journal, steps = run.stage.journal, run.stage.journal.steps
            with pytest.raises(ContractReverted, match="FinancingWrongStatus"):
                run.stage.cancel(run.stage.bank, FinancingId(999_999))
            assert journal.steps == steps + 1
            journal.flush()
            with run.laboratory.store.read() as connection:
                last = connection.execute(select(JOURNAL.c.line).order_by(JOURNAL.c.step.desc()).limit(1)).scalar_one()
            assert json.loads(last)["outcome"] == "refused FinancingWrongStatus"

    def test_leaves_uncredited_what_the_line_cannot_hold(self, path: Path) -> None:
        limited = Settings(scenario=ScenarioSettings(tiers=2, issuer_limit=FACE - 1))
        with replayed(path, settings=limited) as run:
            assert run.laboratory.store.derived("credit") == []
            assert {row["paid_day"] is not None for row in run.laboratory.store.derived("receivable")} == {True}

    def test_leaves_unanswered_what_the_bank_cannot_pay(self, path: Path) -> None:
        poor = Settings(scenario=ScenarioSettings(tiers=2, bank_cash=1_000_000))
        with replayed(path, settings=poor) as run:
            states = [row["state"] for row in run.laboratory.store.derived("financing")]
            assert "settled" not in states
            assert "expired" in states
            assert check_conservation(run.laboratory).ok


TWELVE = months_of_trade(seed=5, count=12)


@pytest.fixture(scope="module")
def twelve(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("digest") / "twelve.csv", TWELVE)


@pytest.fixture(scope="module")
def digest(twelve: Path) -> str:
    with replayed(twelve) as run:
        return run.digest


class TestDigest:
    def test_is_the_same_given_the_same_file_and_seed(self, twelve: Path, digest: str, tmp_path: Path) -> None:
        with replayed(twelve, database=tmp_path / "run.sqlite") as run:
            assert run.digest == digest

    def test_is_the_same_given_a_node(self, twelve: Path, digest: str, anvil_url: str) -> None:
        with replayed(twelve, chain=ChainChoice(kind="rpc", rpc_url=anvil_url)) as run:
            assert run.digest == digest
            assert check_conservation(run.laboratory).ok

    def test_is_another_given_another_file(self, tmp_path: Path, digest: str) -> None:
        with replayed(write(tmp_path / "two.csv", TWELVE[:2])) as run:
            assert run.digest != digest

    @pytest.mark.parametrize(("suppliers", "draws"), [(3, True), (1, False)])
    def test_is_another_given_another_seed_where_there_is_something_to_draw(
        self, tmp_path: Path, suppliers: int, draws: bool
    ) -> None:
        path = write(tmp_path / "one.csv", TWELVE[:1])
        settings = Settings(scenario=ScenarioSettings(suppliers_a_tier=suppliers))
        digests = []
        for seed in (1, 1, 2):
            with replayed(path, settings=settings, seed=seed) as run:
                digests.append(run.digest)
        assert digests[0] == digests[1]
        assert (digests[0] != digests[2]) is draws
