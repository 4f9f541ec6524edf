"""The numbers of paper 000, as the models of time series find them."""

from scfin_chain.models.series.printed import SAMPLE, printed_numbers
from scfin_chain.reproduction.row import Finding, Row, Rows

COMMON_DEGREES = "Table 2, degrees of freedom of both rows"


def series_rows() -> list[Row]:
    """Each equation that is misprinted, and each number of the two tables."""
    rows = Rows(paper="000")
    _equations(rows)
    return rows.rows + [
        Row(
            paper=rows.paper,
            item=number.item,
            printed=number.printed,
            computed=number.computed,
            value=number.value,
            verdict=Finding(number.standing.value),
            note=number.note,
            telling=number.item == COMMON_DEGREES,
        )
        for number in printed_numbers()
    ]


def _equations(rows: Rows) -> None:
    rows.claim("equation 1, lags of VAR(q)", "p", "q", None, "the sum ends at p; it has no constant")
    rows.claim(
        "equation 2, what is added to the lagged level",
        "lagged levels",
        "lagged differences",
        None,
        "with lagged levels the coefficient of the level is no test of a unit root; sigma is called a residual",
    )
    rows.claim(
        "equation 3, degrees of freedom of its residuals",
        "T - 2n - 1",
        "T - 2n",
        float(SAMPLE - 2),
        f"at T = {SAMPLE} and n = 1; equation 4 counts a constant, which equation 3 lacks",
    )
    rows.claim(
        "equation 4, the sum without the constraint",
        "RSS_2",
        "RSS_1",
        None,
        "both sums are called RSS_2 in the text; it is RSS_1 that the denominator needs",
    )
    rows.claim(
        "equation 4, n",
        "explanatory variables",
        "lags",
        None,
        "n lags of each series and a constant are 2n + 1 regressors, as T - 2n - 1 says",
    )
    either = 1.0 - 0.95**2
    rows.claim(
        "one significant lag shows causality",
        "shows",
        "does not show",
        either,
        f"the hypothesis is on all lags at once: of two lags without effect, if independent, one is significant at 5 % "
        f"in {100 * either:.2f} % of samples",
    )
