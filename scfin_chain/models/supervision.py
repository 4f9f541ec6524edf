"""Whether to supervise, by the bank's replicator equation (paper 001), decided in integers."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from scfin_chain.models import domain

PRIOR_REPAID: Final = 13
"""Repaid among the prior's obligations: 0.65 of 20 is y* at the printed parameters, indifference."""

PRIOR_DUE: Final = 20
"""Obligations that the prior is worth."""

MONEY_LIMIT: Final = 10**60
"""Largest penalty or cost that is taken, in any unit."""


class SupervisionVerdict(StrEnum):
    """Which way the bank's replicator equation drives it.

    Examples
    --------
    >>> judge_supervision(RepaymentRecord(repaid=0, due=5), PRINTED_STAKES).value
    'release'
    """

    SUPERVISE = "supervise"
    RELEASE = "release"
    TIE = "tie"

    def supervises(self, *, last: bool) -> bool:
        """The bank's move; a tie keeps its last one.

        Examples
        --------
        >>> SupervisionVerdict.TIE.supervises(last=False)
        False
        """
        return last if self is SupervisionVerdict.TIE else self is SupervisionVerdict.SUPERVISE


@dataclass(frozen=True, slots=True, kw_only=True)
class RepaymentRecord:
    """What is known of a programme's obligations at one moment.

    Parameters
    ----------
    repaid
        m2: obligations paid by due day and grace, before default; late is repaid.
    due
        n2: obligations paid, or unpaid past their grace; at least ``repaid``.

    Raises
    ------
    ModelDomainError
        If a count is no whole number, or more were repaid than due.

    Examples
    --------
    >>> RepaymentRecord(repaid=0, due=0).belief
    0.65
    """

    repaid: int
    due: int

    def __post_init__(self) -> None:
        domain.whole("due", self.due)
        domain.whole("repaid", self.repaid, high=self.due)

    @property
    def belief(self) -> float:
        """Believed share y of obligations repaid before default, (13 + m2)/(20 + n2); for show."""
        return (PRIOR_REPAID + self.repaid) / (PRIOR_DUE + self.due)


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisionStakes:
    """What the bank weighs, whole numbers in one unit of money: only their ratios count.

    Parameters
    ----------
    credit_cost
        c1 >= 0.
    technology_cost, monitoring_cost
        c2, c3 >= 0.
    supervised_penalty, unsupervised_penalty
        u1, u2 >= 0.

    Raises
    ------
    ModelDomainError
        If an argument is no whole number or negative.

    Examples
    --------
    >>> PRINTED_STAKES.saving
    70
    """

    credit_cost: int
    technology_cost: int
    monitoring_cost: int
    supervised_penalty: int
    unsupervised_penalty: int

    def __post_init__(self) -> None:
        for field in self.__dataclass_fields__:
            domain.whole(field, getattr(self, field), high=MONEY_LIMIT)

    @property
    def saving(self) -> int:
        """What supervising by digital currency saves, c1 - c2 - c3, in the unit of the stakes."""
        return self.credit_cost - self.technology_cost - self.monitoring_cost

    @property
    def premium(self) -> int:
        """How much more the unsupervised pay for not repaying, u2 - u1, in the unit of the stakes."""
        return self.unsupervised_penalty - self.supervised_penalty


PRINTED_STAKES: Final = SupervisionStakes(
    credit_cost=80, technology_cost=5, monitoring_cost=5, supervised_penalty=400, unsupervised_penalty=600
)
"""Stakes printed in section 5.2 of paper 001, for a loan of 600."""


def judge_supervision(record: RepaymentRecord, stakes: SupervisionStakes) -> SupervisionVerdict:
    r"""Side to which the bank's replicator equation drives it at the believed share of repayment.

    Parameters
    ----------
    record
        The programme's repayments.
    stakes
        Costs and penalties.

    Returns
    -------
    SupervisionVerdict
        ``TIE`` where the bank is exactly indifferent; nothing is rounded.

    Raises
    ------
    ModelDomainError
        If an argument is of another type.

    Notes
    -----
    :math:`\dot x > 0` at :math:`y = (13 + m_2)/(20 + n_2)` means

    .. math:: (13 + m_2)(u_2 - u_1) > (20 + n_2)\,[u_2 - u_1 - (c_1 - c_2 - c_3)]

    With the printed stakes, u2 > u1, it is the *good* payers that the bank supervises.

    References
    ----------
    .. [1] Zhang, Yang, Qin, JTAER 18 (2023), doi:10.3390/jtaer18010021, equation (3).

    Examples
    --------
    >>> judge_supervision(RepaymentRecord(repaid=0, due=0), PRINTED_STAKES).value
    'tie'
    >>> judge_supervision(RepaymentRecord(repaid=1, due=1), PRINTED_STAKES).value
    'supervise'
    """
    domain.instance("record", record, RepaymentRecord)
    domain.instance("stakes", stakes, SupervisionStakes)
    gained = (PRIOR_REPAID + record.repaid) * stakes.premium
    needed = (PRIOR_DUE + record.due) * (stakes.premium - stakes.saving)
    if gained == needed:
        return SupervisionVerdict.TIE
    return SupervisionVerdict.SUPERVISE if gained > needed else SupervisionVerdict.RELEASE
