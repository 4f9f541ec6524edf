"""Over how many years a yearly quantity of paper 003 runs: the switch behind its two variants."""

from enum import StrEnum


class Horizon(StrEnum):
    """Years over which a yearly rate or sum is counted.

    Paper 003 mixes both: its strike compounds one year and its yearly return and deposit income enter a
    two-year balance once, while interest and capital cost run for the whole term.

    Examples
    --------
    >>> Horizon.ONE_YEAR.years(2.0), Horizon.TERM.years(2.0)
    (1.0, 2.0)
    """

    ONE_YEAR = "one_year"
    """One year, as the paper prints it."""

    TERM = "term"
    """All years of the term."""

    def years(self, term: float) -> float:
        """Years meant, given the term in years.

        Examples
        --------
        >>> Horizon.TERM.years(0.5)
        0.5
        """
        return 1.0 if self is Horizon.ONE_YEAR else term
