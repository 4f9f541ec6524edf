"""What came of a run: its figures, from the derived rows and the decisions."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, select

from scfin_chain.bootstrap import Laboratory
from scfin_chain.scenarios.conservation import Conservation, check_conservation
from scfin_chain.scenarios.replay import Traded
from scfin_chain.scenarios.stage import Stage
from scfin_chain.store.store import Store
from scfin_chain.store.tables import DecisionRow, table_of
from scfin_chain.units import YEAR_DAYS, Day, Money

DECISIONS = table_of(DecisionRow)

INVOICE_STATES = ("settled_early", "settled_on_time", "settled_late", "disputed", "defaulted", "open")
FINANCING_STATES = ("financed", "refused", "cancelled", "expired", "requested")


@dataclass(frozen=True, slots=True, kw_only=True)
class BankYear:
    """The bank's year on its funds: yearly fractions of what was out, weighted by advance and days.

    ``model`` is the required return net of tax. ``with_option`` adds the option's share, which is never cash;
    ``in_cash`` leaves it out; ``interest_alone`` also leaves out deposit and service income. These three take the
    interest that was realised in the days for which the money was really out; ``at_quoted`` is ``with_option`` at the
    quoted price. All are after the expected loss and the cost of funds.
    """

    quoted: float
    realised: float
    cost_of_funds: float
    interest_alone: float
    in_cash: float
    with_option: float
    at_quoted: float
    model: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """The summary of a run; money in minor units, rates in basis points weighted by advance."""

    digest: str
    steps: int
    invoices: dict[str, int]
    financings: dict[str, int]
    refusals_by_reason: dict[str, int]
    volume: Money
    advanced: Money
    income: Money
    late_fees: Money
    overdue: int
    prices_by_tier: dict[str, float]
    days_to_cash: dict[str, float]
    bank_year: BankYear | None
    conservation: Conservation
    transactions: int
    gas_used: int

    def to_json(self) -> dict[str, Any]:
        """Everything by name."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        bank_year = self.bank_year
        return values | {
            "conservation": self.conservation.to_json(),
            "bank_year": bank_year and {name: getattr(bank_year, name) for name in bank_year.__dataclass_fields__},
        }


def results_of(stage: Stage, traded: Iterable[Traded]) -> Results:
    """The figures of a run that has ended."""
    laboratory = stage.laboratory
    conservation = check_conservation(laboratory)
    store = laboratory.store
    financings = store.derived("financing")
    funded = [row for row in financings if row["price"] is not None]
    settled = [row for row in funded if row["state"] == "settled"]
    paid_to_bank = _payouts(store, laboratory.founders.bank.id)
    invoices = list(traded)
    return Results(
        digest=stage.journal.digest,
        steps=stage.journal.steps,
        invoices={"total": len(invoices)} | _invoice_states(stage, invoices),
        financings={"total": len(financings)} | _financing_states(financings),
        refusals_by_reason=_refusals(store),
        volume=Money(sum(item.invoice.amount for item in invoices)),
        advanced=Money(sum(row["price"] for row in funded)),
        income=Money(sum(paid_to_bank[row["id"]] - row["price"] for row in settled)),
        late_fees=Money(sum(row["fee"] for row in store.derived("settlement"))),
        overdue=sum(row["collection_failed_day"] is not None for row in store.derived("settlement")),
        prices_by_tier=_prices(store, funded),
        days_to_cash=_days_to_cash(store),
        bank_year=_bank_year(laboratory, settled, paid_to_bank),
        conservation=conservation,
        transactions=stage.transactions,
        gas_used=stage.gas_used,
    )


def _invoice_states(stage: Stage, traded: list[Traded]) -> dict[str, int]:
    rows = {row["id"]: row for row in stage.laboratory.store.derived("receivable")}
    grace = stage.laboratory.settings.ledger.default_days
    states = Counter(_invoice_state(item, rows[item.receivable], stage.day, grace) for item in traded)
    return {state: states[state] for state in INVOICE_STATES}


def _invoice_state(traded: Traded, row: RowMapping, today: Day, default_days: int) -> str:
    if traded.invoice.disputed:
        return "disputed"
    if row["paid_day"] is None:
        return "defaulted" if today > row["due_day"] + default_days else "open"
    if row["paid_day"] == row["due_day"]:
        return "settled_on_time"
    return "settled_early" if row["paid_day"] < row["due_day"] else "settled_late"


def _financing_states(rows: list[RowMapping]) -> dict[str, int]:
    states = Counter("financed" if row["price"] is not None else str(row["state"]) for row in rows)
    return {state: states[state] for state in FINANCING_STATES}


def _refusals(store: Store) -> dict[str, int]:
    with store.read() as connection:
        query = select(DECISIONS.c.reason).where(DECISIONS.c.verdict == "refuse")
        return dict(Counter(connection.execute(query).scalars()).most_common())


def _payouts(store: Store, bank: int) -> dict[int, int]:
    """What each financing brought the bank."""
    paid: dict[int, int] = defaultdict(int)
    for row in store.derived("payout"):
        if row["financing"] and row["payee"] == bank:
            paid[row["financing"]] += row["amount"]
    return paid


def _prices(store: Store, funded: list[RowMapping]) -> dict[str, float]:
    tiers = _tiers(store)
    weights: dict[str, int] = defaultdict(int)
    sums: dict[str, int] = defaultdict(int)
    for row in funded:
        for tier in (str(tiers[row["holder"]]), "all"):
            weights[tier] += row["price"]
            sums[tier] += row["price"] * row["rate_bps"]
    return {tier: sums[tier] / weights[tier] for tier in sorted(sums)}


def _days_to_cash(store: Store) -> dict[str, float]:
    """Mean days from the invoice to the first cash that a holder of its credit saw, by tier."""
    tiers = _tiers(store)
    registered = {row["id"]: row["registered_day"] for row in store.derived("receivable")}
    invoiced = {row["id"]: registered[row["receivable"]] for row in store.derived("credit")}
    first: dict[tuple[str, int], int] = {}
    cash = [(row["credit"], row["holder"], row["decided_day"]) for row in store.derived("financing") if row["price"]]
    cash += [(row["credit"], row["payee"], row["day"]) for row in store.derived("payout")]
    for credit, holder, day in cash:
        if tiers.get(holder):
            key = (credit, holder)
            first[key] = min(day, first.get(key, day))
    waits: dict[str, list[int]] = defaultdict(list)
    for (credit, holder), day in first.items():
        waits[str(tiers[holder])].append(day - invoiced[credit])
    return {tier: sum(days) / len(days) for tier, days in sorted(waits.items())}


def _bank_year(laboratory: Laboratory, settled: list[RowMapping], paid: dict[int, int]) -> BankYear | None:
    """Weighted by advance and the days for which it was really out."""
    prices = _decided_prices(laboratory.store)
    weights = {row["id"]: row["price"] * max(1, row["closed_day"] - row["decided_day"]) for row in settled}
    funds = sum(weights.values()) / YEAR_DAYS
    if not funds:
        return None

    def mean(name: str) -> float:
        total = sum(weight * prices[financing][name] for financing, weight in weights.items())
        return float(total / YEAR_DAYS / funds)

    keep = 1 - laboratory.settings.pricing.tax_rate
    quoted = sum(weights[row["id"]] * row["rate_bps"] / 10_000 for row in settled) / YEAR_DAYS / funds
    realised = sum(paid[row["id"]] - row["price"] for row in settled) / funds
    earning, cost, subsidy = mean("earning"), mean("cost"), mean("subsidy")
    other_income = earning - mean("rate") * keep - subsidy
    return BankYear(
        quoted=quoted,
        realised=realised,
        cost_of_funds=laboratory.settings.pricing.transfer_price,
        interest_alone=realised * keep - cost,
        in_cash=realised * keep + other_income - cost,
        with_option=realised * keep + other_income + subsidy - cost,
        at_quoted=quoted * keep + other_income + subsidy - cost,
        model=earning - cost,
    )


def _decided_prices(store: Store) -> dict[int, dict[str, float]]:
    with store.read() as connection:
        query = select(DECISIONS.c.financing, DECISIONS.c.outputs).where(DECISIONS.c.verdict == "approve")
        return {financing: outputs["price"] for financing, outputs in connection.execute(query)}


def _tiers(store: Store) -> dict[int, int]:
    return {row["id"]: row["tier"] for row in store.derived("participant")}
