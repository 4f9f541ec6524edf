"""Bank, core enterprise and supplier: joint fraud and its prevention, grown out of paper 001's game of two."""

from dataclasses import dataclass

import numpy as np

from scfin_chain.models import domain
from scfin_chain.models.game import Game, payoff_matrix
from scfin_chain.models.populations.payoffs import PopulationGame


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreEnterprise:
    """What a core enterprise may win and lose, beside the game between bank and supplier.

    Parameters
    ----------
    prevention_cost
        m >= 0, money: what it costs to confirm every trade with the bank.
    confirmation_reward
        w >= 0, money: what the bank pays for that.
    exposure_loss
        L >= 0, money: what it loses in a joint fraud that comes to light.
    exposure_probability
        q in [0, 1]: chance of that.
    recovered_share
        h in [0, 1]: part of the loan that the bank gets back, where the supplier defaults on a trade that the core
        enterprise has confirmed and therefore pays.

    Raises
    ------
    ModelDomainError
        If an argument lies outside its domain.

    Examples
    --------
    >>> PREVENTING_CORE.confirmation_reward
    20
    """

    prevention_cost: float
    confirmation_reward: float
    exposure_loss: float
    exposure_probability: float
    recovered_share: float

    def __post_init__(self) -> None:
        for field in ("prevention_cost", "confirmation_reward", "exposure_loss"):
            domain.non_negative(field, getattr(self, field))
        for field in ("exposure_probability", "recovered_share"):
            domain.share(field, getattr(self, field))


PREVENTING_CORE = CoreEnterprise(
    prevention_cost=10, confirmation_reward=20, exposure_loss=800, exposure_probability=0.5, recovered_share=0.6
)
"""An example on the scale of paper 001's section 5.2, chosen here: joint fraud costs it more than it brings."""


def three_party_game(game: Game, core: CoreEnterprise) -> PopulationGame:
    r"""The game of bank, core enterprise and supplier.

    Parameters
    ----------
    game
        The paper's parameters.
    core
        Those of the core enterprise.

    Returns
    -------
    PopulationGame
        Three tensors of shape (2, 2, 2), money. Axes: bank (use digital currency, not), core enterprise (passive,
        prevent), supplier (repay, not).

    Notes
    -----
    A passive core enterprise lends its name to forged trades, as the paper has it: bank and supplier then get exactly
    the paper's payoffs, and its own is the rest of the loan less what exposure costs, :math:`(1 - k) R - q L`, in the
    one cell where the supplier forges (unwatched, not repaid), and nothing elsewhere.

    One that prevents earns :math:`w - m` in every cell, w from the bank. A supplier that does not repay unwatched then
    has nothing to forge: it trades, as it would under supervision, and pays the unsupervised penalty,
    :math:`B + R + R r_1 - P - u_2`. The bank recovers :math:`h R` of any loan that is not repaid.

    References
    ----------
    .. [1] Zhang, Yang, Qin, JTAER 18 (2023), doi:10.3390/jtaer18010021, Table 2 and section 6 (third line of further
       work: fraud and cooperation of three parties).

    Examples
    --------
    >>> from scfin_chain.models.game import PRINTED_GAME
    >>> bank, _, supplier = three_party_game(PRINTED_GAME, PREVENTING_CORE).payoffs
    >>> bank[:, 0].tolist(), supplier[:, 0].tolist()
    ([[10.0, -270.0], [-60.0, -140.0]], [[-180.0, 30.0], [-230.0, -370.0]])
    """
    matrix = payoff_matrix(game)
    rows = ((matrix.use_repay, matrix.use_default), (matrix.not_repay, matrix.not_default))
    bank, middle, supplier = np.empty((2, 2, 2)), np.zeros((2, 2, 2)), np.empty((2, 2, 2))
    for watched, row in enumerate(rows):
        for paid, cell in enumerate(row):
            bank[watched, :, paid], supplier[watched, :, paid] = cell.bank, cell.firm
    bank[:, 1, :] -= core.confirmation_reward
    bank[:, 1, 1] += core.recovered_share * game.loan
    middle[:, 1, :] = core.confirmation_reward - core.prevention_cost
    middle[1, 0, 1] = (1.0 - game.fraud_share) * game.loan - core.exposure_probability * core.exposure_loss
    honest = game.sales_income - game.production_cost
    supplier[1, 1, 1] = honest + game.loan + game.loan * game.loan_rate - game.unsupervised_penalty
    return PopulationGame(payoffs=(bank, middle, supplier))
