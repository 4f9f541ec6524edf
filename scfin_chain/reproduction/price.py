"""The numbers of paper 003, computed by the models of pricing."""

import math
import statistics
from dataclasses import replace

from scfin_chain.models import (
    PRINTED_RELATIONSHIP,
    RATING_TABLE,
    BreakEven,
    CollateralOutlook,
    Horizon,
    RatingBand,
    Relationship,
    break_even_price,
    collateral_volatility,
    conventional_quote,
    firms_at_price,
    option_greeks,
    price_relationship,
    price_relationships,
    rate_score,
    value_deviations,
    value_option,
)
from scfin_chain.reproduction.row import INPUT, Row, Rows, digits, percent

BASE_RATE = 0.0475
"""Base rate of section 4.1, a year."""

PRINTED_PRICE = 0.0658
PRINTED_COST = 1_464_892.32
STATED_RATE, USED_RATE = 0.03, 0.04
"""Pre-tax cost of debt as stated, and the rate that the printed market values need."""

PRINTED_RATINGS = (
    (90, "from 90, 0 %, -"),
    (80, "from 80, 1.08 %, 46 %"),
    (70, "from 70, 2.21 %, 28 %"),
    (60, "from 60, 4.45 %, 36 %"),
    (50, "from 50, 6.88 %, 42 %"),
    (40, "from 40, 8.64 %, 38 %"),
)
"""Table 2: the lowest score of each row, and the row."""

plain, cents, millions = digits(",.0f"), digits(",.2f"), digits(".4f", scale=1e-6, unit=" million")


def price_rows() -> list[Row]:
    """Each printed number of the paper, in its order."""
    rows = Rows(paper="003")
    _inputs(rows)
    _quotes(rows)
    _incomes(rows)
    _volatility(rows)
    _option(rows)
    _costs(rows)
    _price(rows)
    return rows.rows


def _inputs(rows: Rows) -> None:
    rows.missing(
        "section 1: sales on credit, 2007 and 2015; receivables",
        "54.1 %, 89.6 %, 26 trillion",
        "quoted from reports; nothing to compute them from",
    )
    paper = PRINTED_RELATIONSHIP
    for name, printed, held in (
        ("receivable, share lent, years, firms", "11.27 million, 80 %, 2, 8",
         f"{paper.collateral / 1e6:g} million, {paper.advance_rate:.0%}, {paper.years:g}, {paper.firms}"),
        ("deposit: r1, beta1, beta2, r2", "4.6 %, 16.5 %, 0, 1.9 %",
         f"{paper.deposit_return:.1%}, {paper.required_reserve:.1%}, {paper.excess_reserve:g}, "
         f"{paper.reserve_return:.1%}"),
        ("tax theta, commission B", "5 %, 0", f"{paper.tax_rate:.0%}, {paper.commission:g}"),
        ("riskless rate, FTP", "4 %, 4.55 %", f"{paper.risk_free:.0%}, {paper.transfer_price:.2%}"),
        ("RAROC, allocation of capital", "16 %, 8 %", f"{paper.hurdle:.0%}, {paper.allocation:.0%}"),
    ):  # fmt: skip
        rows.claim(name, printed, held.replace("%", " %"), None, INPUT)
    rows.claim("equations that sections 3.3.2 and 4 refer to", "3.2, 3.12, 3.13", "2, 12, 13", None, "numbered through")
    rows.claim("score 68, its rating", "BBB", rate_score(68).rating.value, 68)
    rows.missing(
        "riskless rate of a two-year option",
        "three-year bond, 4 %",
        "the two-year yield is not given; the same 4 % discounts the collateral, where 3 % is stated",
    )


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
    follows = price_relationship(PRINTED_RELATIONSHIP).price.rate
    note = (
        f"from the rounded price; from the unrounded {100 * exact:.4f} %: {100 * (exact / BASE_RATE - 1):.3f} %; the "
        f"price that follows lies {100 * (1 - follows / BASE_RATE):.1f} % below the base rate"
    )
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
    for year, printed, deviation in zip((1, 2), ("0.1325", "0.2811"), deviations, strict=True):
        rows.number(f"P{year}, market over book, less one, at y = 4 %", printed, deviation, four)
    odd = value_deviations([2.5], [1.0])[0]
    rows.claim(
        "P is a probability of default",
        "a probability",
        "no probability" if odd > 1.0 else "a probability",
        deviations[1],
        f"a ratio less one has no bound: a market value 2.5 times the book's gives {odd:.1f}; the rating's probability "
        f"is {100 * PRINTED_RELATIONSHIP.default_probability:.2f} %, not {100 * deviations[1]:.0f} %",
    )
    rows.number("mean of P1 and P2", "0.2068", statistics.fmean(deviations), four)
    rounded = collateral_volatility((0.1325, 0.2811))
    one_square = (0.5 * (0.1325 - 0.2068) ** 2 + (0.2811 - 0.2068) ** 2) ** 0.5
    rows.number(
        "volatility s",
        "0.0742",
        collateral_volatility(deviations),
        four,
        f"a slip of rounding: the printed P give {rounded:.4f} too; the bracket as printed, with 1/2 on the first "
        f"square alone, would be {one_square:.8f}",
    )


def _option(rows: Rows) -> None:
    paper = PRINTED_RELATIONSHIP
    parts, option = price_relationship(paper).parts, paper.option()
    used = CollateralOutlook(value=11.27, coupon=0.06, discount_rate=USED_RATE, provision=0.1)
    deviations = value_deviations(used.market_values, used.book_values)
    exact, rounded = (
        value_option(replace(option, volatility=volatility)).value
        for volatility in (collateral_volatility(deviations), 0.0743)
    )
    rows.number(
        "option value C(S)",
        "2.6162 million",
        parts.option.value,
        millions,
        f"with s = 0.0742; 0.0743 gives {millions(rounded)}, the exact s {exact:,.2f}; {parts.option.intrinsic:,.0f} "
        f"of it are intrinsic, {parts.option.value - parts.option.intrinsic:,.1f} value of time, and vega is only "
        f"{option_greeks(option).vega:,.0f}",
    )
    term = value_option(replace(option, compounding=Horizon.TERM))
    rows.claim(
        "strike K = S0 delta (1 + r), years it compounds",
        "1",
        f"{paper.years:g}",
        term.strike,
        f"the loan runs for {paper.years:g}: with (1 + r)^2 C(S) is {term.value:,.2f}",
    )
    whole = replace(paper, return_years=Horizon.TERM)
    rows.claim(
        "Rp and I2, years they are earned",
        "1",
        f"{paper.years:g}",
        price_relationship(whole).price.rate,
        f"C1 and I1 are of {paper.years:g} years; with both for the term the price is "
        f"{100 * price_relationship(whole).price.rate:.2f} %",
    )


def _costs(rows: Rows) -> None:
    priced = price_relationship(PRINTED_RELATIONSHIP)
    parts = priced.parts
    for band, (score, printed) in zip(RATING_TABLE, PRINTED_RATINGS, strict=True):
        found = rate_score(score)
        rows.claim(f"Table 2, {band.rating.value}: score, PD, LGD", printed, _band(found), None, INPUT)
    rows.number("cost of funds C1", "820,456", parts.capital_cost, plain)
    rows.number("operating cost C2, 10,000 + 40,000", "50,000", parts.operating_cost, plain)
    rows.number("default loss C3, score 68, BBB", "144,436.32", parts.default_loss, cents)
    rows.claim("equation 17, the cost that it gives", "C1", "C3", None, "A PD LGD; equation 15 gives C1")
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
        f"{100 * needed.price.rate:.4f} %, {100 * (needed.price.rate - priced.price.rate):.2f} points more; C(S)/N, "
        f"nearly a riskless transfer, is {priced.parts.option.value / PRINTED_RELATIONSHIP.firms:,.0f}",
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
    terms = _printed_total()
    quote = 0.0772
    rows.claim(
        "price below the conventional quote",
        "below",
        "below" if priced.price.rate < quote else "above",
        priced.price.rate,
        f"from the printed parts for any N; with the printed total for N < {firms_at_price(terms, quote):.2f}, below "
        f"the base rate for N < {firms_at_price(terms, BASE_RATE):.2f}, below 0 for N < {firms_at_price(terms):.2f}",
    )
    rows.claim(
        "the price becomes stable as firms grow in number",
        "stable",
        "stable" if math.isfinite(priced.price.limit) else "unbounded",
        priced.price.limit,
        f"at {100 * priced.price.limit:.2f} %; with the printed total at {100 * break_even_price(terms).limit:.2f} %",
    )


def _band(band: RatingBand) -> str:
    loss = "-" if band.loss_given_default is None else f"{100 * band.loss_given_default:.0f} %"
    return f"from {band.floor}, {100 * band.default_probability:.3g} %, {loss}"


def _printed_total() -> BreakEven:
    """The paper's balance with the total cost as printed."""
    paper, parts = PRINTED_RELATIONSHIP, price_relationship(PRINTED_RELATIONSHIP).parts
    return BreakEven(
        advance=parts.advance,
        collateral=paper.collateral,
        years=paper.years,
        tax_rate=paper.tax_rate,
        firms=paper.firms,
        cost=PRINTED_COST,
        required_return=parts.required_return,
        option_value=parts.option.value,
        deposit_income=parts.deposit_income,
        service_income=parts.service_income,
    )


def _tenfold() -> Relationship:
    paper = PRINTED_RELATIONSHIP
    return replace(paper, investigation_cost=10 * paper.investigation_cost, selling_cost=10 * paper.selling_cost)
