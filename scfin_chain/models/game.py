"""The game of a bank that may supervise with digital currency and a firm that may not repay (paper 001)."""

import math
from dataclasses import asdict, dataclass

from scfin_chain.models import domain
from scfin_chain.models.game_formulas import ROUNDING, Coefficients, coefficients_of

PAYOFF_LIMIT = 100.0 * domain.AMOUNT_LIMIT
"""Largest payoff, money: a sum of some amounts within their own limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Game:
    """Parameters of paper 001's Table 1: rates are fractions, the rest is money in one unit.

    Parameters
    ----------
    loan
        R >= 0.
    loan_rate, investment_rate
        r1, r2 in [0, 1], fractions: interest on the loan, and what the bank forgoes elsewhere.
    sales_income
        B >= 0, the firm's income from its receivables.
    production_cost
        P >= 0.
    credit_cost
        c1 >= 0, the bank's inquiries without digital currency.
    technology_cost, monitoring_cost
        c2, c3 >= 0, of digital currency and of watching the flow of funds.
    forging_cost, fraud_income
        F, G >= 0, of forging trades and of investing what was borrowed on them.
    fraud_share
        k in [0, 1], the firm's part of a forged loan.
    incentive, credibility
        v1, v2 >= 0, what repayment earns the firm (where the bank supervises) and the bank.
    supervised_penalty, unsupervised_penalty
        u1, u2 >= 0, what a firm pays for not repaying, with digital currency and without.

    Raises
    ------
    ModelDomainError
        If an argument lies outside its domain.

    Notes
    -----
    The paper assumes c1 > c2 + c3 (`saves_cost`). It is not enforced: with it, d > 0 gives y* > 1, so that conditions
    1 and 3 of its own stability table cannot occur.

    Examples
    --------
    >>> PRINTED_GAME.saves_cost
    True
    """

    loan: float
    loan_rate: float
    investment_rate: float
    sales_income: float
    production_cost: float
    credit_cost: float
    technology_cost: float
    monitoring_cost: float
    forging_cost: float
    fraud_income: float
    fraud_share: float
    incentive: float
    credibility: float
    supervised_penalty: float
    unsupervised_penalty: float

    def __post_init__(self) -> None:
        for field in ("loan_rate", "investment_rate", "fraud_share"):
            domain.share(field, getattr(self, field))
        for field in (
            "loan", "sales_income", "production_cost", "credit_cost", "technology_cost", "monitoring_cost",
            "forging_cost", "fraud_income", "incentive", "credibility", "supervised_penalty", "unsupervised_penalty",
        ):  # fmt: skip
            domain.non_negative(field, getattr(self, field))

    @property
    def saves_cost(self) -> bool:
        """Whether digital currency is cheaper than inquiries, c1 > c2 + c3, as the paper assumes."""
        return self.credit_cost > self.technology_cost + self.monitoring_cost


PRINTED_GAME = Game(
    loan=600, loan_rate=0.05, investment_rate=0.05, sales_income=100, production_cost=300, credit_cost=80,
    technology_cost=5, monitoring_cost=5, forging_cost=200, fraud_income=100, fraud_share=0.5, incentive=50,
    credibility=20, supervised_penalty=400, unsupervised_penalty=600,
)  # fmt: skip
"""Parameters printed in section 5.2 of paper 001, money without unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payoff:
    """What one pair of moves brings the bank and the firm, money.

    Examples
    --------
    The firm's payoff where the bank uses digital currency and it repays:

    >>> Payoff(bank=10.0, firm=-180.0) == payoff_matrix(PRINTED_GAME).use_repay
    True
    """

    bank: float
    firm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoffMatrix:
    """Payoffs of the four pairs of moves: the bank uses digital currency or not, the firm repays or not.

    Examples
    --------
    >>> matrix = payoff_matrix(PRINTED_GAME)
    >>> matrix.not_default.firm - matrix.not_repay.firm  # a of the replicator equations: it loses by defaulting
    -140.0
    """

    use_repay: Payoff
    use_default: Payoff
    not_repay: Payoff
    not_default: Payoff


def payoff_matrix(game: Game) -> PayoffMatrix:
    """Payoffs of bank and firm.

    Parameters
    ----------
    game
        The parameters.

    Returns
    -------
    PayoffMatrix
        Money, in the parameters' unit.

    References
    ----------
    .. [1] Zhang, Yang, Qin, *Multi-Party Evolutionary Game Analysis of Accounts Receivable Financing under the
       Application of Central Bank Digital Currency*, JTAER 18 (2023), Table 2; signs recovered from equations (3), (7).

    Examples
    --------
    >>> payoff_matrix(PRINTED_GAME).use_repay
    Payoff(bank=10.0, firm=-180.0)
    """
    interest, forgone = game.loan * game.loan_rate, game.loan * game.investment_rate
    supervision = game.technology_cost + game.monitoring_cost
    good = interest + game.credibility - forgone
    bad = -game.loan - interest - forgone
    honest = game.sales_income - game.production_cost
    forged = game.fraud_share * game.loan + interest + game.fraud_income - game.forging_cost
    return PayoffMatrix(
        use_repay=Payoff(bank=good - supervision, firm=honest - interest + game.incentive),
        use_default=Payoff(
            bank=bad - supervision + game.supervised_penalty,
            firm=honest + game.loan + interest - game.supervised_penalty,
        ),
        not_repay=Payoff(bank=good - game.credit_cost, firm=honest - interest),
        not_default=Payoff(
            bank=bad - game.credit_cost + game.unsupervised_penalty, firm=forged - game.unsupervised_penalty
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Dynamics(Coefficients[float]):
    """Coefficients of the replicator equations, money; sums that vanish but for rounding are exactly 0.

    ``a``, ``b``, ``c``, ``d`` are the paper's. ``supervised_gain`` is U = b - a, the firm's advantage of repaying where
    the bank supervises; ``saving`` is c - d = c1 - c2 - c3. One beyond `PAYOFF_LIMIT` raises `ModelDomainError`.

    Examples
    --------
    >>> replicator_dynamics(PRINTED_GAME).saving  # 80 - 5 - 5
    70.0
    """

    def __post_init__(self) -> None:
        for field in self.__dataclass_fields__:
            domain.within(field, getattr(self, field), -PAYOFF_LIMIT, PAYOFF_LIMIT)

    @property
    def unsupervised_gain(self) -> float:
        """N = -a: the firm's advantage of repaying where the bank does not supervise."""
        return 0.0 - self.a


def _total(*terms: float) -> float:
    total = math.fsum(terms)
    return 0.0 if abs(total) <= ROUNDING * max(abs(term) for term in terms) else total


def replicator_dynamics(game: Game) -> Dynamics:
    r"""Coefficients of the two replicator equations.

    Parameters
    ----------
    game
        The parameters; r2 and v2 play no part.

    Returns
    -------
    Dynamics
        Money, in the parameters' unit.

    Notes
    -----
    x is the share of banks that use digital currency, y that of firms that repay.

    .. math:: \dot x = x (1 - x)(c - d y), \qquad \dot y = y (1 - y)(b x - a)

    .. math:: a = -(B + F - G - P + u_2 - kR - 2 R r_1), \quad b = kR - B - F + G + P - R + u_1 - u_2 + v_1, \\
              c = c_1 - c_2 - c_3 + u_1 - u_2, \quad d = u_1 - u_2

    References
    ----------
    .. [1] Zhang, Yang, Qin, JTAER 18 (2023), doi:10.3390/jtaer18010021, equations (3) and (7), section 4.3.2.

    Examples
    --------
    >>> printed = replicator_dynamics(PRINTED_GAME)
    >>> printed.a, printed.b, printed.c, printed.d
    (-140.0, -350.0, -130.0, -200.0)
    >>> printed.unsupervised_gain, printed.supervised_gain
    (140.0, -210.0)
    """
    return Dynamics(**coefficients_of(asdict(game), _total))
