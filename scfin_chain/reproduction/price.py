"""The numbers of paper 003, computed by the models of pricing."""

import statistics
from dataclasses import replace

from scfin_chain.models import (
    PRINTED_RELATIONSHIP,
    RATING_TABLE,
    CollateralOutlook,
    Horizon,
    Relationship,
    collateral_volatility,
    conventional_quote,
    price_relationship,
    price_relationships,
    value_deviations,
    value_option,
)
from scfin_chain.reproduction.row import Row, Rows, digits, percent

BASE_RATE = 0.0475
"""Base rate of section 4.1, a year."""

PRINTED_PRICE = 0.0658
PRINTED_COST = 1_464_892.32
STATED_RATE, USED_RATE = 0.03, 0.04
"""Pre-tax cost of debt as stated, and the rate that the printed market values need."""

plain, cents, millions = digits(",.0f"), digits(",.2f"), digits(".4f", scale=1e-6, unit=" million")


def price_rows() -> list[Row]:
    """Each printed number of the paper, in its order."""
    rows = Rows(paper="003")
    _quotes(rows)
    _incomes(rows)
    _volatility(rows)
    _costs(rows)
    _price(rows)
    return rows.rows


def _quotes(rows: Rows) -> None:
    parts = price_relationship(PRINTED_RELATIONSHIP).parts
    quote = conventional_quote(
        base=BASE_RATE, average_cost=0.0022, risk_premium=0.0125, term_premium=0.0, target_margin=0.015
    )
    exact = price_relationship(_tenfold()).price.rate
    rows.number(
        "loan, 80 % of 11.27 million", "9.016 million", parts.advance, digits(".3f", scale=1e-6, unit=" million")
    )
    rows.number("conventional quote, 4.75 + 0.22 + 1.25 + 1.5 %", "7.72 %", quote, percent(2), "term premium 0")
    rows.number("mark-up of the conventional quote, 7.72/4.75 - 1", "62.5 %", quote / BASE_RATE - 1, percent(1))
    note = f"from the rounded price; from the unrounded {100 * exact:.4f} %: {100 * (exact / BASE_RATE - 1):.3f} %"
    rows.number("mark-up of the price, 6.58/4.75 - 1", "38.5 %", PRINTED_PRICE / BASE_RATE - 1, percent(1), note)


def _incomes(rows: Rows) -> None:
    paper = PRINTED_RELATIONSHIP
    parts = price_relationship(paper).parts
    stated = price_relationship(replace(paper, deposit_balance=0.02 * parts.advance))
    gap = stated.price.rate - price_relationship(paper).price.rate
    rows.number(
        'deposit F, "2 % of the loan"',
        "1.8032 million",
        0.02 * parts.advance,
        millions,
        f"1,803,200 is {100 * paper.deposit_balance / parts.advance:.0f} % of the loan; 2 % would raise the price by "
        f"{100 * gap:.3f} points",
    )
    rows.number(
        "income of the deposit, I2",
        "71,168.25",
        parts.deposit_income,
        cents,
        f"given F as printed, and for one year only, though T = 2; from 2 % of the loan: "
        f"{stated.parts.deposit_income:,.2f}",
    )
    rows.number("income of services, I3", "55,480", parts.service_income, plain, "730 at 30 and 730 at 50 yuan, taxed")
    net = parts.advance * paper.years * (1 - paper.tax_rate)
    rows.number(
        "slope of the income, A T (1 - theta)", "17,130,400", net, plain, "theta = 5 % and B = 0 stand only there"
    )
    constant = parts.deposit_income + parts.service_income
    rows.number("constant of the income, I2 + I3", "126,648.25", constant, cents)


def _volatility(rows: Rows) -> None:
    outlook = CollateralOutlook(value=11.27, coupon=0.06, discount_rate=STATED_RATE, provision=0.1)
    used = replace(outlook, discount_rate=USED_RATE)
    four = digits(".4f")
    for year, printed, book in zip((1, 2), ("10.1430", "9.1287"), outlook.book_values, strict=True):
        rows.number(f"book value after year {year}, million", printed, book, four)
    for year, printed, stated, needed in zip(
        (1, 2), ("11.4867", "11.6951"), outlook.market_values, used.market_values, strict=True
    ):
        note = f"at the stated pre-tax cost of debt of 3 %; the printed value needs y = 4 %, which gives {needed:.4f}"
        rows.number(f"market value after year {year}, million", printed, stated, four, note)
    deviations = value_deviations(used.market_values, used.book_values)
    notes = ("", "called a probability of default, which it is not: the rating's is 4.45 %")
    for year, printed, deviation, note in zip((1, 2), ("0.1325", "0.2811"), deviations, notes, strict=True):
        rows.number(f"P{year}, market over book, less one, at y = 4 %", printed, deviation, four, note)
    rows.number("mean of P1 and P2", "0.2068", statistics.fmean(deviations), four)
    rounded = collateral_volatility((0.1325, 0.2811))
    one_square = (0.5 * (0.1325 - 0.2068) ** 2 + (0.2811 - 0.2068) ** 2) ** 0.5
    rows.number(
        "volatility s",
        "0.0742",
        collateral_volatility(deviations),
        four,
        f"a slip of rounding: the printed P give {rounded:.4f} too; the bracket as printed, with 1/2 on the first "
        f"square alone, would be {one_square:.4f}",
    )
    parts = price_relationship(PRINTED_RELATIONSHIP).parts
    exact = value_option(replace(PRINTED_RELATIONSHIP.option(), volatility=collateral_volatility(deviations)))
    term = value_option(replace(PRINTED_RELATIONSHIP.option(), compounding=Horizon.TERM))
    rows.number(
        "option value C(S)",
        "2.6162 million",
        parts.option.value,
        millions,
        f"with s = 0.0742; the exact s gives {exact.value:,.2f}; of it only "
        f"{parts.option.value - parts.option.intrinsic:,.1f} yuan are value of time; the strike compounds one year "
        f"though T = 2, over two C(S) = {term.value:,.2f}",
    )


def _costs(rows: Rows) -> None:
    priced = price_relationship(PRINTED_RELATIONSHIP)
    parts = priced.parts
    rows.missing("Table 2, PD and LGD by score", f"{len(RATING_TABLE)} rows", "inputs: nothing to compute them from")
    rows.number("cost of funds C1", "820,456", parts.capital_cost, plain)
    rows.number("operating cost C2, 10,000 + 40,000", "50,000", parts.operating_cost, plain)
    rows.number(
        "default loss C3, score 68, BBB", "144,436.32", parts.default_loss, cents, "equation 17 prints C1 for C3"
    )
    needed = PRINTED_COST - parts.capital_cost - parts.default_loss
    rows.number(
        "total cost C",
        "1,464,892.32",
        priced.cost,
        cents,
        f"the sum of its printed parts; the printed total needs C2 = {needed:,.0f}, ten times what is printed",
    )
    rows.number("economic capital EC", "721,280", PRINTED_RELATIONSHIP.allocation * parts.advance, plain)
    rows.number("required return Rp", "115,404.8", parts.required_return, digits(",.1f"), "one year's, though T = 2")


def _price(rows: Rows) -> None:
    priced, needed = price_relationship(PRINTED_RELATIONSHIP), price_relationship(_tenfold())
    below = priced.firms_at_zero or 0.0
    rows.number(
        "price i, N = 8",
        "6.58 %",
        priced.price.rate,
        percent(2),
        f"from the printed parts; the printed price needs C2 of 500,000 instead of 50,000 and is then "
        f"{100 * needed.price.rate:.4f} %; with Rp and I2 for the whole term it is "
        f"{100 * _whole_term():.2f} %",
        telling=True,
    )
    few, many = price_relationships(PRINTED_RELATIONSHIP, firms=[1, 10**9]).rate.tolist()
    rows.claim(
        "the fewer the firms, the lower the price",
        "rises with N",
        "rises with N" if few < priced.price.rate < many else "does not rise with N",
        below,
        f"di/dN = C(S)/(N^2 A T (1 - theta)) > 0, up to {100 * priced.price.limit:.2f} %; below N = "
        f"{below:.2f} it is negative",
    )


def _tenfold() -> Relationship:
    paper = PRINTED_RELATIONSHIP
    return replace(paper, investigation_cost=10 * paper.investigation_cost, selling_cost=10 * paper.selling_cost)


def _whole_term() -> float:
    return price_relationship(replace(PRINTED_RELATIONSHIP, return_years=Horizon.TERM)).price.rate
