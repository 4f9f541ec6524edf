"""The numbers of paper 004, computed by the models of the credit line."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from scfin_chain.models import (
    PAPER_COST_RATE,
    PAPER_DEFAULT_PROBABILITY,
    PAPER_GUARANTEE,
    PAPER_QUANTILE,
    BusinessVolume,
    CreditLine,
    Freight,
    Lending,
    credit_cap,
    estimate_volume,
    expected_profit,
    freight_guarantee,
    line_elasticities,
    line_scenarios,
    normal_cdf,
    normal_quantile,
    optimal_line,
    profits_by_line,
)
from scfin_chain.reproduction.row import INPUT, Row, Rows, digits

VOLUME = BusinessVolume(mean=872_456, deviation=500_518)
FREIGHT = Freight(unit_price=0.29, distance=1000)
PRINTED_PROBABILITY = 0.4234
PRINTED_CAP, PRINTED_SUPPORTS = 7_792_124, ((0.07, 8_337_572), (0.08, 8_415_494))
COSTS, PERIODS = (0.005, 0.01, 0.05), 1.0
LOSS, RISK_FREE, TAX = 0.6264, 0.03, 0.2
"""Loss given default as printed; a riskless rate and a tax to show what the bond formula would need."""

PRINTED_LINES = {
    0.07: ("36,412", "91"),
    0.08: ("108,224", "812"),
    0.10: ("247,913", "4,339"),
    0.12: ("382,649", "10,523"),
}
RATES = tuple(rate / 100 for rate in range(7, 16))
plain = digits(",.0f")


def line_rows() -> list[Row]:
    """Each printed number of the paper, in its order, and the cells of Tables 8 and 9."""
    rows = Rows(paper="004")
    _inputs(rows)
    _fit(rows)
    _guarantee(rows)
    _lines(rows)
    _claims(rows)
    _tables(rows)
    return rows.rows


def _inputs(rows: Rows) -> None:
    rows.missing(
        "introduction: logistics, of GDP, highways, delay of freight",
        "14.6 trillion, 14.7 %, 7.7 trillion, 3 to 6 months",
        "quoted from statistics; nothing to compute them from",
    )
    rows.missing("credit pricing: lines of ratings A and B", "90 %, 80 %", "an example, with no model behind it")
    held = math.isclose(sum(COSTS), PAPER_COST_RATE)
    rows.claim("costs ct, cg, cs", "0.5 %, 1 %, 5 %", _rates(COSTS) if held else "another sum", PAPER_COST_RATE, INPUT)
    rows.claim("periods T, distance D, km", "1, 1000", f"{PERIODS:g}, {FREIGHT.distance:g}", None, INPUT)
    rows.claim("tax on interest, loss given default", "20 %, 0.6264", f"{_rates([TAX])}, {LOSS}", None, INPUT)
    for names, printed in (
        ("x1, x4, x5, x7", "2.03 %, 1.71, 15.09 %, 0.11"),
        ("x10, x13, x14, x15, x17", "21.46 %, 0.95, -6.74 %, 27.87 %, 10.01"),
    ):
        rows.missing(f"indicators {names}", printed, "inputs of equation 11, whose coefficients are lost")


def _rates(rates: Sequence[float]) -> str:
    return ", ".join(f"{100 * rate:g} %" for rate in rates)


def _fit(rows: Rows) -> None:
    rows.number("groups of volume, price and distance: 35 weeks x 3", "105", 35 * 3, plain)
    rows.missing("unit price P", "0.29", "the 35 weekly prices are not given")
    rows.number("indicators kept, 17 - 8", "9", 17 - 8, plain)
    rows.missing(
        "firms sampled, of them with bonds", "20, 10", "their names are given, not their bonds: Table 4 is lost"
    )
    free = 10 - 9 - 1
    rng = np.random.default_rng(0)
    regressors = np.column_stack([np.ones(10), rng.normal(size=(10, 9))])
    noise = rng.normal(size=10)
    left = noise - regressors @ np.linalg.lstsq(regressors, noise)[0]
    explained = 1.0 - float(left @ left) / float(((noise - noise.mean()) ** 2).sum())
    rows.claim(
        "R = R^2 = 1.000, a good fit",
        "evidence",
        "no evidence",
        explained,
        f"10 observations, 9 slopes and a constant leave {free} degrees of freedom: noise has R^2 = {explained:.3f}",
    )
    rows.claim(
        "analysis of variance",
        "significant",
        "undefined",
        None,
        f"F divides by the residual degrees of freedom, of which there are {free}; it would take more than 10 firms",
    )
    rows.missing("Tables 1 to 7 and equation 11", "-", "coefficients and data are lost")
    share = PRINTED_PROBABILITY * LOSS
    bond = (RISK_FREE + share) / (1.0 - share)
    rows.missing(
        "default probability p",
        "42.34 %",
        f"its coefficients are lost; a bond would need an after-tax return of {100 * bond:.2f} %, a coupon of "
        f"{100 * bond / (1 - TAX):.1f} %, to imply it: the saturated fit extrapolates",
    )
    first, second = round(VOLUME.mean - VOLUME.deviation), round(VOLUME.mean + VOLUME.deviation)
    again = estimate_volume([first, second])
    unbiased = replace(VOLUME, deviation=VOLUME.deviation * math.sqrt(2))
    guarantee = unbiased.lower_bound(quantile=PAPER_QUANTILE) * FREIGHT.price_a_ton
    rows.missing(
        "mu and sigma of two annual reports, tons",
        "872,456; 500,518",
        f"the volumes are not given; two that give both are {first:,} and {second:,}; with n - 1 sigma would be "
        f"{unbiased.deviation:,.2f} and G {guarantee / 1e6:.1f} million: G > 0 only for Z < "
        f"{VOLUME.mean / VOLUME.deviation:.6f}, alpha < {100 * normal_cdf(VOLUME.mean / VOLUME.deviation):.2f} %",
        computed=f"{again.mean:,.0f}; {again.deviation:,.0f}",
        value=again.deviation,
    )


def _guarantee(rows: Rows) -> None:
    exact = normal_quantile(0.95)
    at_exact = freight_guarantee(VOLUME, FREIGHT, quantile=exact)
    rows.number(
        "Z at 95 %",
        "1.65",
        exact,
        digits(".2f"),
        f"exactly {exact:.7f}, which gives G = {at_exact:,.2f}, {100 * (at_exact / PAPER_GUARANTEE - 1):.2f} % more",
    )
    rows.number("guarantee G, Z = 1.65", "13,514,377", PAPER_GUARANTEE, plain)
    low = max(PRINTED_CAP - 0.5, *((most - 0.5) / (1 + rate) for rate, most in PRINTED_SUPPORTS))
    high = min(PRINTED_CAP + 0.5, *((most + 0.5) / (1 + rate) for rate, most in PRINTED_SUPPORTS))
    rounded = credit_cap(PAPER_GUARANTEE, default_probability=PRINTED_PROBABILITY)
    note = (
        f"from p unrounded: all three supports need p in ({1 - high / PAPER_GUARANTEE:.9f}, "
        f"{1 - low / PAPER_GUARANTEE:.9f}); the printed 42.34 % gives {rounded:,.2f}"
    )
    cap = _lending(0.0).cap
    rows.number("(1 - p) G", "7,792,124", cap, plain, note)
    for rate, most in PRINTED_SUPPORTS:
        rows.number(f"largest repayment at r = {100 * rate:.0f} %", f"{most:,}", cap * (1 + rate), plain, "p unrounded")


def _lines(rows: Rows) -> None:
    for rate, (line, profit) in PRINTED_LINES.items():
        lending = _lending(rate)
        best = optimal_line(lending)
        wrong = rate == 0.10
        at_printed = expected_profit(lending, float(line.replace(",", "")))
        note = (
            f"two digits of the printed line are transposed; its profit, {at_printed:,.2f}, hides it" if wrong else ""
        )
        rows.number(f"L* at r = {100 * rate:.0f} %", line, best.line, plain, note, telling=wrong)
        rows.number(f"EQ at r = {100 * rate:.0f} %", profit, best.profit, plain)


def _claims(rows: Rows) -> None:
    found = line_elasticities(rate=0.10, cost_rate=PAPER_COST_RATE, default_probability=PAPER_DEFAULT_PROBABILITY)
    by_default = found.default_probability[0]
    rows.claim(
        "volume matters more than the default probability",
        "more",
        "more" if abs(by_default) < found.guarantee[0] else "less",
        by_default,
        f"elasticities 1 and {by_default:.6f}; true only for p < 1/2",
    )
    rows.claim(
        "hypothesis 3: repayment uniform on [0, L (1 + r)]",
        "L* > 0",
        "L* = 0",
        0.0,
        "read literally, EQ = [(r - c) - (1 + r)/2] L < 0 for r < 1 + 2 c; the printed lines need the support fixed at "
        "(1 - p) G (1 + r), whatever L",
    )
    rows.claim(
        "constraint on the line: L <= p G",
        "p G",
        "(1 - p) G",
        PAPER_DEFAULT_PROBABILITY * PAPER_GUARANTEE,
        f"p G is {PAPER_DEFAULT_PROBABILITY * PAPER_GUARANTEE:,.0f} and would grow with the risk; the next words bound "
        "x by (1 - p) G (1 + r), and so do the numbers",
    )
    slope = _rate_slope(0.10)
    rows.claim(
        "the interest rate as a decision",
        "an optimal r",
        "no interior optimum",
        slope,
        f"dEQ*/dr = M (r - c)(2 + r + c)/(2 (1 + r)^2) > 0, {slope:,.0f} at 10 %; it takes a ceiling, or a default "
        "probability that answers to the rate",
    )


def _tables(rows: Rows) -> None:
    scenarios = line_scenarios(RATES)
    basic, more, safer = (
        [(cell.line, cell.profit) for cell in cells]
        for cells in zip(*((one.basic, one.more_volume, one.safer) for one in scenarios), strict=True)
    )
    for claim, before, after in (
        ("with the rate", basic[:-1], basic[1:]),
        ("with 10 % more volume", basic, more),
        ("with 10 % less default", basic, safer),
    ):
        up = all(low < high for pair in zip(before, after, strict=True) for low, high in zip(*pair, strict=True))
        rows.claim(f"Table 8: line and profit {claim}", "rise", "rise" if up else "do not rise", None)
    for scenario in scenarios:
        cells = [scenario.basic, scenario.more_volume, scenario.safer]
        printed = PRINTED_LINES.get(scenario.rate, ("lost",))
        rows.missing(
            f"Table 8, r = {100 * scenario.rate:.0f} %: L, EQ; volume + 10 %; p - 10 %",
            f"{', '.join(printed)}; lost; lost",
            "p falls by a tenth of itself: by ten points it would matter more than volume, which the text denies",
            computed="; ".join(_cell(cell) for cell in cells),
            value=scenario.basic.line,
        )
    for rate in (0.10, 0.12):
        lending = _lending(rate)
        best = optimal_line(lending)
        lines = [step * 100_000.0 for step in range(1, 7)]
        profits = ", ".join(f"{profit:,.0f}" for profit in profits_by_line(lending, lines))
        rows.missing(
            f"Table 9, r = {100 * rate:.0f} %: EQ by L",
            f"{PRINTED_LINES[rate][1]} at {PRINTED_LINES[rate][0]}; lost",
            f"computed at L = 100,000 to 600,000; highest at {best.line:,.0f}: {best.profit:,.0f}; zero at "
            f"{best.zero_at:,.0f}",
            computed=profits,
            value=best.profit,
        )


def _cell(cell: CreditLine) -> str:
    return f"{cell.line:,.0f}, {cell.profit:,.0f}"


def _lending(rate: float) -> Lending:
    cap = credit_cap(PAPER_GUARANTEE, default_probability=PAPER_DEFAULT_PROBABILITY)
    return Lending(rate=rate, cost_rate=PAPER_COST_RATE, cap=cap)


def _rate_slope(rate: float) -> float:
    best = optimal_line(_lending(rate))
    found = line_elasticities(rate=rate, cost_rate=PAPER_COST_RATE, default_probability=PAPER_DEFAULT_PROBABILITY)
    return found.rate[1] * best.profit / rate
