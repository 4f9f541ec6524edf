"""Every number that paper 000 prints, beside what follows from what it prints with it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from scipy import optimize

from scfin_chain.models import domain
from scfin_chain.models.series.degrees import (
    closest_degrees,
    f_probability,
    f_statistic,
    fractional_denominator,
)
from scfin_chain.models.series.unit_root import Terms, asymptotic_probability, critical_value
from scfin_chain.models.series.unit_root_law import simulated_probability

TAU_REVENUE: Final = -3.0145
"""Table 1, ADF statistic of LNER, the logarithm of the logistics firms' revenue."""

TAU_LENDING: Final = -2.4801
"""Table 1, ADF statistic of LNHJ, the logarithm of bank lending."""

F_LENDING: Final = 18.3107
"""Table 2, F of "LNHJ is not Granger cause of LNER change"."""

F_REVENUE: Final = 0.2741
"""Table 2, F of "LNER is not Granger cause of LNHJ change"."""

SAMPLE: Final = 40
"""Table 2, sample number; whether before or after lags it does not say."""


class Standing(StrEnum):
    """What becomes of a printed number.

    Examples
    --------
    >>> from collections import Counter
    >>> counts = Counter(row.standing for row in printed_numbers(draws=1_000))
    >>> counts[Standing.REPRODUCES], counts[Standing.DOES_NOT_FOLLOW]
    (2, 8)
    """

    REPRODUCES = "reproduces"
    DOES_NOT_FOLLOW = "does not follow"
    DATA_MISSING = "data missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedNumber:
    """A number of the paper and what was found.

    Parameters
    ----------
    item
        Where it stands and what it is.
    printed
        As the paper prints it.
    computed
        What follows, in the paper's digits; empty where nothing can be computed.
    value
        The same in full precision, a pure number.
    standing
        Whether it reproduces.
    note
        Why, and what would make it follow.

    Examples
    --------
    >>> rows = printed_numbers(draws=1_000)
    >>> p = next(row for row in rows if row.item == "Table 2, probability of LNHJ on LNER")
    >>> p.printed, p.computed, p.standing.value
    ('0.0131', '0.0001', 'does not follow')
    """

    item: str
    printed: str
    computed: str
    value: float | None
    standing: Standing
    note: str


def printed_numbers(*, draws: int = 200_000, seed: int = 0) -> tuple[PrintedNumber, ...]:
    """Each printed number of the paper's two tables, with its verdict.

    Parameters
    ----------
    draws
        Random walks behind each simulated probability, from 1,000 to 10,000,000.
    seed
        Of their chance: the same seed gives the same numbers.

    Returns
    -------
    tuple of PrintedNumber
        In the order of the paper's tables.

    Raises
    ------
    ModelDomainError
        If an argument lies outside its domain.

    References
    ----------
    .. [1] Chen, Wu, Xu, Zhao, Liu, *Analysis on Financial Innovation and Development of Cross-Border e-Commerce
       Supply Chain Based on Block Chain Background*, tables 1 and 2.

    Examples
    --------
    >>> rows = printed_numbers(draws=1_000)
    >>> [(row.printed, row.computed) for row in rows if row.item.startswith("Table 2") and row.value is not None]
    [('0.0131', '0.0001'), ('0.6087', '0.6037'), ('rejected', 'rejected'), ('not rejected', 'not rejected')]
    """
    domain.whole("seed", seed)
    return (*_unit_roots(draws, seed), *_granger())


def _unit_roots(draws: int, seed: int) -> tuple[PrintedNumber, ...]:
    no_data = "the series are not given, nor the number of lagged differences"
    limit = critical_value(0.01, terms=Terms.TREND)
    constant_size = _size_of(-3.9107, Terms.CONSTANT)
    trend_size = _size_of(-4.2273, Terms.TREND)
    trend = critical_value(0.01, terms=Terms.TREND, observations=SAMPLE)
    revenue_trend = asymptotic_probability(TAU_REVENUE, terms=Terms.TREND)
    lending_trend = asymptotic_probability(TAU_LENDING, terms=Terms.TREND)
    simulated = {
        (tau, terms): simulated_probability(
            tau, terms=terms, observations=SAMPLE, rng=np.random.default_rng(seed), draws=draws
        )
        for tau, terms in (
            (TAU_REVENUE, Terms.TREND),
            (TAU_REVENUE, Terms.CONSTANT),
            (TAU_LENDING, Terms.CONSTANT),
        )
    }
    return (
        _row("Table 1, ADF statistic of LNER", "-3.0145", None, Standing.DATA_MISSING, no_data),
        _row(
            "Table 1, 1% threshold of LNER",
            "-3.9107",
            trend,
            Standing.DOES_NOT_FOLLOW,
            f"with intercept and trend no sample has it: MacKinnon's value is {limit:.3f} in the limit and falls below "
            f"in any sample, {trend:.4f} at T = {SAMPLE}; a constant alone gives -3.9107 at T = {constant_size:.1f}",
        ),
        _row(
            "Table 1, probability of LNER",
            "0.1752",
            revenue_trend,
            Standing.DOES_NOT_FOLLOW,
            f"intercept and trend: {revenue_trend:.3f} in the limit, {simulated[TAU_REVENUE, Terms.TREND]:.3f} "
            f"simulated at T = {SAMPLE}; constant alone: "
            f"{asymptotic_probability(TAU_REVENUE, terms=Terms.CONSTANT):.3f} and "
            f"{simulated[TAU_REVENUE, Terms.CONSTANT]:.3f}",
        ),
        _row("Table 1, ADF statistic of LNHJ", "-2.4801", None, Standing.DATA_MISSING, no_data),
        _row(
            "Table 1, 1% threshold of LNHJ",
            "-4.2273",
            trend,
            Standing.DOES_NOT_FOLLOW,
            f"it is that of intercept and trend at T = {trend_size:.1f}, so both rows cannot come from one regression "
            f"on one sample: its companion is -3.9107",
        ),
        _row(
            "Table 1, probability of LNHJ",
            "0.1267",
            lending_trend,
            Standing.DOES_NOT_FOLLOW,
            f"intercept and trend: {lending_trend:.3f} in the limit; a constant alone, simulated at T = {SAMPLE}, "
            f"gives {simulated[TAU_LENDING, Terms.CONSTANT]:.3f}: a constant's probability beside a trend's critical "
            "value",
        ),
        _row(
            "Table 1, order of the probabilities",
            "0.1752 > 0.1267",
            lending_trend - revenue_trend,
            Standing.DOES_NOT_FOLLOW,
            "the more negative statistic has the larger probability: impossible in one specification; "
            f"{revenue_trend:.3f} < {lending_trend:.3f}",
            computed=f"{revenue_trend:.4f} < {lending_trend:.4f}",
        ),
        _row(
            "Table 1, rows of the first differences",
            "announced",
            None,
            Standing.DATA_MISSING,
            "the text announces them, the table lacks them; both levels keep their unit root, so that Granger's test "
            "in levels is not justified by this table",
        ),
    )


def _granger() -> tuple[PrintedNumber, ...]:
    lending, revenue = (f_probability(f, numerator=1, denominator=SAMPLE - 3) for f in (F_LENDING, F_REVENUE))
    two, three = (f_probability(F_LENDING, numerator=n, denominator=SAMPLE - 2 * n - 1) for n in (2, 3))
    closest = closest_degrees(((F_LENDING, 0.0131),))
    other = closest_degrees(((F_REVENUE, 0.6087),))
    joint = closest_degrees(((F_LENDING, 0.0131), (F_REVENUE, 0.6087)))
    fraction = fractional_denominator(F_LENDING, 0.0131, numerator=1)
    needed = f_statistic(0.0131, numerator=1, denominator=SAMPLE - 3)
    critical = [f_statistic(0.05, numerator=n, denominator=SAMPLE - 2 * n - 1) for n in (1, 2)]
    joint_revenue = f_probability(F_REVENUE, numerator=joint.numerator, denominator=joint.denominator)
    no_data = "neither the series, nor the lags, nor the degrees of freedom are given"
    return (
        _row("Table 2, sample number", "40", None, Standing.DATA_MISSING, "not said whether before or after the lags"),
        _row("Table 2, F of LNHJ on LNER", "18.3107", None, Standing.DATA_MISSING, no_data),
        _row(
            "Table 2, probability of LNHJ on LNER",
            "0.0131",
            lending,
            Standing.DOES_NOT_FOLLOW,
            f"with T = {SAMPLE} and 1, 2, 3 lags it is {lending:.6f}, {two:.2e}, {three:.2e}; no whole degrees of "
            f"freedom up to (40, 399) give it, the closest, ({closest.numerator}, {closest.denominator}), give "
            f"{closest.p_value:.7f}, and (1, d) only at d = {fraction:.4f}; at (1, {SAMPLE - 3}) it takes "
            f"F = {needed:.5f}",
        ),
        _row("Table 2, F of LNER on LNHJ", "0.2741", None, Standing.DATA_MISSING, no_data),
        _row(
            "Table 2, probability of LNER on LNHJ",
            "0.6087",
            revenue,
            Standing.DOES_NOT_FOLLOW,
            f"one digit away: with 1 lag and T = {SAMPLE} it is {revenue:.7f}, probably misprinted; the closest whole "
            f"degrees of freedom, ({other.numerator}, {other.denominator}), give {other.p_value:.7f}",
        ),
        _row(
            "Table 2, degrees of freedom of both rows",
            "none",
            None,
            Standing.DOES_NOT_FOLLOW,
            f"none are common to both: the best, ({joint.numerator}, {joint.denominator}), give {joint.p_value:.5f} "
            f"and {joint_revenue:.4f}",
            computed="none fit both",
        ),
        _decision("LNHJ is not Granger cause of LNER", "rejected", F_LENDING, critical),
        _decision("LNER is not Granger cause of LNHJ", "not rejected", F_REVENUE, critical),
    )


def _decision(hypothesis: str, printed: str, statistic: float, critical: list[float]) -> PrintedNumber:
    found = {statistic > value for value in critical}
    computed = {frozenset({True}): "rejected", frozenset({False}): "not rejected"}.get(frozenset(found), "depends")
    return _row(
        f"Table 2, conclusion at 5%: {hypothesis}",
        printed,
        statistic,
        Standing.REPRODUCES if computed == printed else Standing.DOES_NOT_FOLLOW,
        f"F is 5% critical at {critical[0]:.6f} with 1 lag and {critical[1]:.6f} with 2, T = {SAMPLE}; an F is valid "
        "only where both series are stationary",
        computed=computed,
    )


def _row(
    item: str, printed: str, value: float | None, standing: Standing, note: str, *, computed: str | None = None
) -> PrintedNumber:
    if computed is None:
        computed = "" if value is None else f"{value:.4f}"
    return PrintedNumber(item=item, printed=printed, computed=computed, value=value, standing=standing, note=note)


def _size_of(critical: float, terms: Terms) -> float:
    """The sample, not whole, at which a 1 % critical value is MacKinnon's."""
    return float(
        optimize.brentq(lambda size: critical_value(0.01, terms=terms, observations=size) - critical, 5.0, 10_000.0)
    )
