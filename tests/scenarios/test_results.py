"""What came of a run.

given a run
    the figures should follow from its rows: states, prices weighted by advance, days to cash, the bank's year
    the chain should be found to agree
given derived rows in which
    one value is wrong, of any column
    a row is gone, or all of a table are
    a row is too many
    each should be counted, and conservation should not hold
given cash that was not issued, or a settlement that holds less than it owes
    conservation should not hold
given amounts that together pass 64 bits
    their sum should be exact
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import ColumnElement, Executable, Table, delete, insert, select, update

from scfin_chain.bootstrap import Laboratory, open_laboratory
from scfin_chain.scenarios.conservation import EVENTS, Conservation, check_conservation
from scfin_chain.scenarios.invoices import read_invoices
from scfin_chain.scenarios.replay import Replay
from scfin_chain.scenarios.results import Results, results_of
from scfin_chain.scenarios.stage import Stage
from scfin_chain.store.tables import DERIVED
from scfin_chain.units import Day, day_of

HEADER = "countryCode,customerID,invoiceNumber,InvoiceDate,DueDate,InvoiceAmount,Disputed,SettledDate"
ROWS = (
    "7,C-1,N-1,1/2/2026,2/1/2026,60.00,No,1/20/2026",
    "7,C-1,N-2,1/22/2026,2/21/2026,50.00,No,2/21/2026",
    "7,C-1,N-3,2/24/2026,3/26/2026,55.10,No,4/5/2026",
    "7,C-2,N-4,1/5/2026,2/4/2026,40.00,Yes,2/10/2026",
    "7,C-3,N-5,1/6/2026,1/7/2026,10.00,No,",
    "7,C-3,N-6,3/20/2026,4/19/2026,10.00,No,",
    "7,C-4,N-7,1/6/2026,2/5/2026,20.00,No,1/6/2026",
    "7,C-4,N-8,1/7/2026,1/7/2026,20.00,No,1/8/2026",
)


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Laboratory, Results]]:
    path: Path = tmp_path_factory.mktemp("results") / "invoices.csv"
    path.write_text("\n".join((HEADER, *ROWS)) + "\n")
    invoices = read_invoices(path, amount_unit=1_000)
    with open_laboratory(start=Day(min(i.invoiced for i in invoices))) as laboratory:
        stage = Stage(laboratory)
        replay = Replay(stage, invoices, seed=1)
        replay.run()
        yield laboratory, results_of(stage, replay.traded.values())


def test_every_invoice_is_in_the_state_that_its_row_says(ended: tuple[Laboratory, Results]):
    assert ended[1].invoices == {
        "total": 8,
        "settled_early": 2,
        "settled_on_time": 1,
        "settled_late": 2,
        "disputed": 1,
        "defaulted": 1,
        "open": 1,
    }


def test_financings_and_refusals_add_up(ended: tuple[Laboratory, Results]):
    _, results = ended
    states = results.financings
    assert states["total"] == sum(count for state, count in states.items() if state != "total") == 15
    assert sum(results.refusals_by_reason.values()) == states["refused"]
    assert states["financed"] > 0


def test_prices_are_weighted_by_advance(ended: tuple[Laboratory, Results]):
    laboratory, results = ended
    funded = [row for row in laboratory.store.derived("financing") if row["price"]]
    weight = sum(row["price"] for row in funded)
    assert results.prices_by_tier["all"] == pytest.approx(sum(r["price"] * r["rate_bps"] for r in funded) / weight)
    assert results.advanced == weight


def test_the_banks_income_is_what_its_wallet_gained(ended: tuple[Laboratory, Results]):
    laboratory, results = ended
    bank = laboratory.founders.bank.signer.address
    wallet = next(row["cash"] for row in laboratory.store.derived("wallet") if row["account"] == bank)
    out = sum(row["price"] for row in laboratory.store.derived("financing") if row["state"] == "funded")
    assert results.income == wallet + out - laboratory.settings.scenario.bank_cash


def test_the_banks_year_at_the_quoted_price_is_what_the_model_requires(ended: tuple[Laboratory, Results]):
    year = ended[1].bank_year
    assert year is not None
    assert year.model == pytest.approx(0.0128)
    # The quote is rounded up to a basis point, and the floor can lift it: never below the model.
    assert year.model - 1e-9 <= year.at_quoted
    assert year.interest_alone < year.in_cash < year.with_option


def test_days_to_cash_lie_between_the_invoice_and_its_payment(ended: tuple[Laboratory, Results]):
    _, results = ended
    assert set(results.days_to_cash) == {"1", "2", "3"}
    assert all(0 <= days <= 40 for days in results.days_to_cash.values())


def test_the_default_is_declared_and_still_outstanding(ended: tuple[Laboratory, Results]):
    laboratory, results = ended
    declared = [row for row in laboratory.store.derived("settlement") if row["defaulted_day"] is not None]
    assert len(declared) == 1
    assert results.conservation.outstanding_credit == 2_000_000


def test_the_chain_agrees(ended: tuple[Laboratory, Results]):
    kept = ended[1].conservation
    assert kept.ok
    assert kept.values_compared > 50
    assert kept.cash_minted - kept.cash_burned > 0


def tampered(laboratory: Laboratory, table: Table, change: Executable) -> Conservation:
    """What is found after a change of a table, whose rows are put back afterwards."""
    with laboratory.store.begin() as connection:
        rows = [dict(row) for row in connection.execute(select(table)).mappings()]
        connection.execute(change)
    try:
        return check_conservation(laboratory)
    finally:
        with laboratory.store.begin() as connection:
            connection.execute(delete(table))
            if rows:
                connection.execute(insert(table), rows)


def of_row(table: str, row: Mapping[Any, Any]) -> list[ColumnElement[bool]]:
    return [column == row[column.name] for column in DERIVED[table].primary_key]


def other(value: object) -> object:
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case None:
            return 1
    return f"{value}0"


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("participant", "tier"),
        ("participant", "suspended"),
        ("wallet", "cash"),
        ("receivable", "debtor"),
        ("receivable", "due_day"),
        ("receivable", "confirmed_day"),
        ("receivable", "settled"),
        ("credit", "outstanding"),
        ("credit", "maturity_day"),
        ("credit", "is_sealed"),
        ("holding", "amount"),
        ("line", "used"),
        ("financing", "holder"),
        ("financing", "rate_bps"),
        ("financing", "price"),
        ("settlement", "fee"),
        ("settlement", "principal"),
        ("settlement", "dust"),
    ],
)
def test_a_wrong_derived_value_is_counted(ended: tuple[Laboratory, Results], table: str, column: str):
    laboratory, _ = ended
    row = laboratory.store.derived(table)[0]
    change = update(DERIVED[table]).where(*of_row(table, row)).values({column: other(row[column])})
    kept = tampered(laboratory, DERIVED[table], change)

    assert not kept.ok
    assert kept.projection_differences == 1
    assert kept.cash_difference == 0


@pytest.mark.parametrize("table", sorted(DERIVED.keys() - {"claim"}))
def test_every_column_of_a_table_is_compared(ended: tuple[Laboratory, Results], table: str):
    laboratory, _ = ended
    row = laboratory.store.derived(table)[-1]
    wrong = {column.name: other(row[column.name]) for column in DERIVED[table].columns if not column.primary_key}
    change = update(DERIVED[table]).where(*of_row(table, row)).values(wrong)

    assert tampered(laboratory, DERIVED[table], change).projection_differences == len(wrong)


@pytest.mark.parametrize("table", sorted(DERIVED.keys() - {"claim"}))
def test_a_row_that_is_gone_is_counted(ended: tuple[Laboratory, Results], table: str):
    laboratory, _ = ended
    row = laboratory.store.derived(table)[0]
    kept = tampered(laboratory, DERIVED[table], delete(DERIVED[table]).where(*of_row(table, row)))

    assert not kept.ok
    assert kept.projection_differences == 1


def test_all_holdings_that_are_gone_are_counted(ended: tuple[Laboratory, Results]):
    laboratory, _ = ended
    rows = laboratory.store.derived("holding")

    assert tampered(laboratory, DERIVED["holding"], delete(DERIVED["holding"])).projection_differences == len(rows)


@pytest.mark.parametrize("table", ["claim", "receivable"])
def test_a_row_too_many_is_counted(ended: tuple[Laboratory, Results], table: str):
    laboratory, _ = ended
    claim: dict[str, Any] = {"payee": 3, "amount": 1}
    row = claim if table == "claim" else dict(laboratory.store.derived(table)[0]) | {"id": 999}
    kept = tampered(laboratory, DERIVED[table], insert(DERIVED[table]).values(row))

    assert not kept.ok
    assert kept.projection_differences == 1


def test_balances_add_up_to_the_tokens_whether_or_not_their_moves_are_known(ended: tuple[Laboratory, Results]):
    laboratory, _ = ended
    holdings, moves = len(laboratory.store.derived("holding")), delete(EVENTS).where(EVENTS.c.name == "TransferSingle")
    outstanding = sum(row["outstanding"] > 0 for row in laboratory.store.derived("credit"))
    held = sum(row["amount"] > 0 for row in laboratory.store.derived("holding"))
    gone = tampered(laboratory, EVENTS, moves)

    assert outstanding > 0
    # Rows of nothing, which only events tell, are too many then; those that the chain knows are not.
    assert gone.projection_differences == holdings - held


@pytest.mark.parametrize(
    "wrong",
    [{"cash_supply": 1}, {"cash_difference": 1}, {"settlement_owed": 10**18}, {"projection_differences": 1}],
)
def test_it_does_not_hold_when_cash_is_missing(ended: tuple[Laboratory, Results], wrong: dict[str, Any]):
    assert not replace(ended[1].conservation, **wrong).ok


def test_amounts_are_summed_beyond_64_bits(ended: tuple[Laboratory, Results]):
    laboratory, results = ended
    with laboratory.store.read() as connection:
        minted = connection.execute(select(EVENTS).where(EVENTS.c.name == "Minted")).mappings().first()
    assert minted is not None
    more = dict(minted) | {"log_index": 1_000, "body": minted["body"] | {"amount": 2**80}}
    kept = tampered(laboratory, EVENTS, insert(EVENTS).values(more))

    assert not kept.ok
    assert kept.cash_minted == results.conservation.cash_minted + 2**80
    assert kept.cash_difference == 2**80


def test_the_run_ends_on_the_last_day_that_the_file_names(ended: tuple[Laboratory, Results]):
    laboratory, _ = ended
    assert day_of(laboratory.ledger.gateway.now()) == Day(20_562)  # 2026-04-19, when N-6 falls due
