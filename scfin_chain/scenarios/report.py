"""The summary of a run and the comparison of two, as a person reads them."""

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from scfin_chain.scenarios.results import BankYear, Results
from scfin_chain.service.policy import Reason
from scfin_chain.units import shown

LINE_NOTE = (
    "A debtor without history scores 68 and its repayment law is paper 004's uniform one, so its first requests are "
    "mostly refused for the line; one prompt payment opens it."
)


def summary(results: Results, *, seconds: float) -> RenderableType:
    """Everything that a run came to."""
    parts: list[RenderableType] = [
        _counts("Invoices", results.invoices),
        _counts("Financings", results.financings),
    ]
    if results.refusals_by_reason:
        parts.append(_counts("Refused for the", results.refusals_by_reason))
    if Reason.LINE.label in results.refusals_by_reason:
        parts.append(Text(LINE_NOTE, style="dim"))
    parts += [_money(results), _tiers(results)]
    if results.bank_year is not None:
        parts.append(_bank_year(results.bank_year))
    parts.append(_chain(results, seconds))
    return Group(*parts)


def compare(first: Mapping[str, Any], second: Mapping[str, Any], *, names: tuple[str, str]) -> RenderableType:
    """Two results side by side, with the difference where there is one."""
    table = Table(title="Two runs side by side", title_justify="left")
    for heading in ("", *names, "difference"):
        table.add_column(heading, overflow="fold", justify="left" if not heading else "right")
    left, right = _flat(first), _flat(second)
    for name in [*left, *(name for name in right if name not in left)]:
        one, other = left.get(name), right.get(name)
        table.add_row(name, _shown(one), _shown(other), _difference(one, other))
    return table


def _counts(title: str, counts: Mapping[str, int]) -> Table:
    table = _table(title)
    for name, count in counts.items():
        if count:
            table.add_row(name.replace("_", " "), f"{count:,}")
    return table


def _money(results: Results) -> Table:
    table = _table("Money")
    table.add_row("invoiced", shown(results.volume))
    table.add_row("advanced by the bank", shown(results.advanced))
    table.add_row("the bank's income", shown(results.income))
    table.add_row("late fees", shown(results.late_fees))
    table.add_row("credits overdue after maturity", f"{results.overdue:,}")
    return table


def _tiers(results: Results) -> Table:
    table = Table("tier", "average price", "days to first cash", title="By tier", title_justify="left")
    for tier in sorted(set(results.prices_by_tier) | set(results.days_to_cash)):
        price, days = results.prices_by_tier.get(tier), results.days_to_cash.get(tier)
        table.add_row(tier, "-" if price is None else f"{price / 100:.2f} %", "-" if days is None else f"{days:.1f}")
    return table


def _bank_year(year: BankYear) -> Table:
    table = _table("The bank's year on its funds, after expected loss")
    rows = {
        "average price quoted": year.quoted,
        "interest realised (early payers give no rebate)": year.realised,
        "cost of funds": year.cost_of_funds,
        "return from interest alone": year.interest_alone,
        "return in cash": year.in_cash,
        "return with the option's share": year.with_option,
        "the same at the price quoted": year.at_quoted,
        "return that the model requires": year.model,
    }
    for name, rate in rows.items():
        table.add_row(name, f"{rate * 100:.2f} %")
    return table


def _chain(results: Results, seconds: float) -> Table:
    kept = results.conservation
    table = _table("Checked against the chain")
    table.add_row("transactions", f"{results.transactions:,} in {seconds:.1f} s")
    table.add_row("gas used", f"{results.gas_used:,}")
    table.add_row("cash minted less burned less wallets", shown(kept.cash_difference))
    table.add_row("credit tokens outstanding", shown(kept.outstanding_credit))
    table.add_row("projected values that differ", f"{kept.projection_differences} of {kept.values_compared:,}")
    table.add_row("conservation", "holds" if kept.ok else "BROKEN")
    table.add_row("steps of the journal", f"{results.steps:,}")
    return table


def _table(title: str) -> Table:
    table = Table(title=title, title_justify="left", show_header=False)
    table.add_column()
    table.add_column(justify="right", overflow="fold")
    return table


def _flat(value: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    rows: dict[str, Any] = {}
    for name, item in value.items():
        rows |= _flat(item, f"{prefix}{name}.") if isinstance(item, Mapping) else {f"{prefix}{name}": item}
    return rows


def _shown(value: object) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.4f}"
    return str(value)


def _difference(one: object, other: object) -> str:
    if one == other:
        return ""
    if isinstance(one, int | float) and isinstance(other, int | float) and not isinstance(one, bool):
        return f"{other - one:+,}" if isinstance(other - one, int) else f"{other - one:+,.4f}"
    return "differs"
