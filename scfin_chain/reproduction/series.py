"""The numbers of paper 000, as the models of time series find them."""

from scfin_chain.models.series.printed import printed_numbers
from scfin_chain.reproduction.row import Finding, Row

COMMON_DEGREES = "Table 2, degrees of freedom of both rows"


def series_rows() -> list[Row]:
    """Each printed number of the paper's two tables."""
    return [
        Row(
            paper="000",
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
