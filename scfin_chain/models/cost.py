"""What a financing costs the bank and must return (paper 003, equations 14 to 18)."""

from scfin_chain.models import domain
from scfin_chain.models.formulas import capital_cost_of, default_loss_of, required_return_of
from scfin_chain.models.rating import RatingBand


def capital_cost(advance: float, *, transfer_price: float, years: float) -> float:
    r"""Cost of the funds lent, C1.

    Parameters
    ----------
    advance
        Amount lent, A > 0, any currency unit.
    transfer_price
        Internal yearly price of funds, FTP in [0, 1], a fraction.
    years
        Term T in (0, 100], years.

    Returns
    -------
    float
        In the unit of ``advance``.

    Raises
    ------
    ModelDomainError
        If an argument lies outside its domain.

    Notes
    -----
    .. math:: C_1 = A \cdot FTP \cdot T

    References
    ----------
    .. [1] Cheng, Li, *Research on the Pricing of Supply Chain Finance Instruments*, equation (15).

    Examples
    --------
    >>> round(capital_cost(9_016_000, transfer_price=0.0455, years=2), 2)
    820456.0
    """
    domain.positive("advance", advance)
    domain.share("transfer_price", transfer_price)
    domain.positive("years", years, domain.YEARS_LIMIT)
    return capital_cost_of(advance, transfer_price, years)


def default_loss(advance: float, band: RatingBand) -> float:
    r"""Expected loss by default over the two years of the rating table, C3.

    Parameters
    ----------
    advance
        Amount lent, A > 0, any currency unit.
    band
        The debtor's row of the rating table; AAA has no loss rate and costs nothing.

    Returns
    -------
    float
        In the unit of ``advance``.

    Raises
    ------
    ModelDomainError
        If ``advance`` lies outside its domain.

    Notes
    -----
    .. math:: C_3 = A \cdot PD \cdot LGD

    References
    ----------
    .. [1] Cheng, Li, *Research on the Pricing of Supply Chain Finance Instruments*, equation (17), which prints C1
       for C3.

    Examples
    --------
    >>> from scfin_chain.models.rating import rate_score
    >>> round(default_loss(9_016_000, rate_score(68)), 2)
    144436.32
    """
    domain.instance("band", band, RatingBand)
    domain.positive("advance", advance)
    return default_loss_of(advance, band.expected_loss)


def required_return(advance: float, *, hurdle: float, allocation: float, years: float) -> float:
    r"""Return that the bank must earn on the economic capital of a financing, Rp.

    Parameters
    ----------
    advance
        Amount lent, A > 0, any currency unit.
    hurdle
        Least risk-adjusted yearly return on capital, min(RAROC) in [0, 1], a fraction.
    allocation
        Economic capital a unit lent, in [0, 1], a fraction.
    years
        Years for which the return is asked, in (0, 100]: 1 as the paper prints it, T for the whole term.

    Returns
    -------
    float
        In the unit of ``advance``.

    Raises
    ------
    ModelDomainError
        If an argument lies outside its domain.

    Notes
    -----
    .. math:: R_p = \min(RAROC) \cdot EC \cdot n, \qquad EC = \kappa A

    References
    ----------
    .. [1] Cheng, Li, *Research on the Pricing of Supply Chain Finance Instruments*, equation (18), where n = 1.

    Examples
    --------
    >>> round(required_return(9_016_000, hurdle=0.16, allocation=0.08, years=1), 2)
    115404.8
    """
    domain.positive("advance", advance)
    domain.share("hurdle", hurdle)
    domain.share("allocation", allocation)
    domain.positive("years", years, domain.YEARS_LIMIT)
    return required_return_of(advance, hurdle, allocation, years)
