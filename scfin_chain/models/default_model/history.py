"""What a debtor's payments say on a day, as indicators, and samples of a payment history split by time.

Nothing that became known on the day of an invoice or later enters its indicators; what came of it enters a sample only
where the whole of the days of waiting had passed, for prompt and late payers alike.
"""

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import domain
from scfin_chain.models.default_model.sample import Sample
from scfin_chain.models.rating import PaymentRecord
from scfin_chain.units import Day

WAITING_LIMIT: Final = 3_650
"""Most days of lateness that a proxy waits for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultProxy:
    """What counts as a default in a payment history, and as prompt before it.

    Parameters
    ----------
    late_days
        An obligation defaults that is unpaid so many days after it fell due: paid on the last of them, it has not.
    grace_days
        A payment within so many days of falling due is prompt.

    Raises
    ------
    ModelDomainError
        If a number of days lies outside its domain.

    Examples
    --------
    >>> DefaultProxy(late_days=10).grace_days
    5
    """

    late_days: int
    grace_days: int = 5

    def __post_init__(self) -> None:
        domain.whole("late_days", self.late_days, high=WAITING_LIMIT)
        domain.whole("grace_days", self.grace_days, high=WAITING_LIMIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """One invoice: who owes it, since when, until when, and when it was paid.

    Parameters
    ----------
    debtor
        Any name.
    invoiced, due
        Days since 1970; the second is not before the first.
    settled
        Day of payment, not before ``invoiced``; ``None`` where it is not paid.

    Raises
    ------
    ModelDomainError
        If the days are out of order.

    Examples
    --------
    >>> Obligation(debtor="a", invoiced=Day(10), due=Day(40), settled=Day(52)).defaulted(DefaultProxy(late_days=10))
    True
    """

    debtor: str
    invoiced: Day
    due: Day
    settled: Day | None

    def __post_init__(self) -> None:
        domain.instance("debtor", self.debtor, str)
        domain.whole("invoiced", self.invoiced)
        domain.whole("due", self.due, low=self.invoiced)
        if self.settled is not None:
            domain.whole("settled", self.settled, low=self.invoiced)

    def defaulted(self, proxy: DefaultProxy) -> bool:
        """Whether it was paid later than the proxy waits, or not at all."""
        return self.settled is None or self.settled > self.due + proxy.late_days

    def known_by(self, day: Day, proxy: DefaultProxy) -> bool:
        """Whether all of the proxy's waiting lay before ``day``."""
        return self.due + proxy.late_days < day


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentHistory:
    """What is known of a debtor's obligations at one moment, in the counts that the ledger keeps.

    Parameters
    ----------
    prompt
        m: obligations paid within their days of grace.
    paid
        Obligations paid, in time or not; at least ``prompt``.
    due
        n: obligations paid, or unpaid past their days of grace; at least ``paid``.
    late_days
        Days by which they were paid late, and by which those unpaid are overdue, added up.

    Raises
    ------
    ModelDomainError
        If a count lies outside its domain.

    Examples
    --------
    >>> PaymentHistory(prompt=0, paid=0, due=0, late_days=0).indicators["prompt_share"]
    0.68
    """

    prompt: int
    paid: int
    due: int
    late_days: int

    def __post_init__(self) -> None:
        domain.whole("due", self.due)
        domain.whole("paid", self.paid, high=self.due)
        domain.whole("prompt", self.prompt, high=self.paid)
        domain.whole("late_days", self.late_days)

    @property
    def indicators(self) -> Mapping[str, float]:
        r"""Indicators by name.

        ``prompt_share`` is the score of the rating table as a fraction, :math:`(m + 2.72)/(n + 4)`; ``mean_late_days``
        is late days over :math:`n + 1`; ``overdue_share`` is what is unpaid past its grace over :math:`n + 1`;
        ``experience`` is :math:`\ln(1 + n)`. A debtor without history has 0.68, 0, 0, 0.
        """
        return {
            "prompt_share": PaymentRecord(prompt=self.prompt, due=self.due).score / 100.0,
            "mean_late_days": self.late_days / (self.due + 1),
            "overdue_share": (self.due - self.paid) / (self.due + 1),
            "experience": math.log1p(self.due),
        }


HISTORY_INDICATORS: Final = tuple(PaymentHistory(prompt=0, paid=0, due=0, late_days=0).indicators)
"""Names of the indicators that a payment history gives, in their order."""


def history_before(obligations: Iterable[Obligation], day: Day, proxy: DefaultProxy) -> PaymentHistory:
    """A debtor's history as it was known in the morning of a day.

    Parameters
    ----------
    obligations
        Of one debtor, in any order.
    day
        Days since 1970; what was invoiced or paid on it, or later, does not count.
    proxy
        Days of grace.

    Returns
    -------
    PaymentHistory
        Counts.

    Raises
    ------
    ModelDomainError
        If ``day`` is no whole number, or ``obligations`` or ``proxy`` is something else.

    Examples
    --------
    >>> owed = Obligation(debtor="a", invoiced=Day(10), due=Day(40), settled=Day(52))
    >>> history_before([owed], Day(52), DefaultProxy(late_days=10))
    PaymentHistory(prompt=0, paid=0, due=1, late_days=12)
    """
    domain.whole("day", day)
    domain.instance("proxy", proxy, DefaultProxy)
    return _counted(_checked("obligations", obligations), day, proxy)


def _checked(field: str, obligations: Iterable[Obligation]) -> list[Obligation]:
    try:
        owed = list(obligations)
    except TypeError:
        raise ModelDomainError(field, obligations, "a history of obligations") from None
    for place, obligation in enumerate(owed):
        domain.instance(f"{field}[{place}]", obligation, Obligation)
    return owed


def _counted(obligations: Iterable[Obligation], day: Day, proxy: DefaultProxy) -> PaymentHistory:
    prompt = paid = due = late_days = 0
    for obligation in obligations:
        if obligation.invoiced >= day:
            continue
        settled = obligation.settled if obligation.settled is not None and obligation.settled < day else None
        late_days += max(0, (day if settled is None else settled) - obligation.due)
        last = obligation.due + proxy.grace_days
        paid += settled is not None
        due += settled is not None or day > last
        prompt += settled is not None and settled <= last
    return PaymentHistory(prompt=prompt, paid=paid, due=due, late_days=late_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSplit:
    """A payment history in two samples, one wholly before the other.

    Parameters
    ----------
    cut
        First day of the later sample; the earlier one knew nothing of it.
    earlier, later
        Indicators as of each invoice's day, and whether it defaulted.
    straddling
        Obligations invoiced before the cut whose outcome was not known by then: in neither.
    unknown
        Obligations invoiced from the cut on whose outcome is not known yet: in neither.

    Examples
    --------
    >>> owed = [Obligation(debtor="a", invoiced=Day(d), due=Day(d + 30), settled=Day(d + 20 + d % 7 * 5))
    ...         for d in range(0, 300, 6)]
    >>> split = split_by_time(owed, cut=Day(200), known_to=Day(330), proxy=DefaultProxy(late_days=10))
    >>> split.earlier.size, split.straddling, split.later.size, split.unknown
    (27, 7, 15, 1)
    """

    cut: Day
    earlier: Sample
    later: Sample
    straddling: int
    unknown: int


def split_by_time(obligations: Sequence[Obligation], *, cut: Day, known_to: Day, proxy: DefaultProxy) -> TimeSplit:
    """Samples before and after a day, for a fit and for a judgement of it that looks not ahead.

    Parameters
    ----------
    obligations
        A payment history of any debtors, in any order.
    cut
        Days since 1970. The earlier sample has what was invoiced before it and had its whole waiting before it too.
    known_to
        First day of which nothing is known; not before ``cut``. The later sample has what was invoiced from the cut
        on and had its whole waiting before this day.
    proxy
        What counts as a default.

    Returns
    -------
    TimeSplit
        Both samples, of the indicators in `HISTORY_INDICATORS`, in the order of the invoices' days; and what is left
        out. Prompt and late payers are left out alike: else those near the end would seem to be prompt.

    Raises
    ------
    ModelDomainError
        If the days are out of order.

    Examples
    --------
    >>> split_by_time([], cut=Day(5), known_to=Day(4), proxy=DefaultProxy(late_days=10))
    Traceback (most recent call last):
    scfin_chain.errors.ModelDomainError: known_to is 4: must be a whole number in [5, 1000000000000]
    """
    domain.whole("cut", cut)
    domain.whole("known_to", known_to, low=cut)
    domain.instance("proxy", proxy, DefaultProxy)
    obligations = _checked("obligations", obligations)
    before = [owed for owed in obligations if owed.invoiced < cut]
    after = [owed for owed in obligations if owed.invoiced >= cut]
    earlier = [owed for owed in before if owed.known_by(cut, proxy)]
    later = [owed for owed in after if owed.known_by(known_to, proxy)]
    return TimeSplit(
        cut=cut,
        earlier=sample_of(earlier, obligations, proxy),
        later=sample_of(later, obligations, proxy),
        straddling=len(before) - len(earlier),
        unknown=len(after) - len(later),
    )


def sample_of(chosen: Iterable[Obligation], obligations: Iterable[Obligation], proxy: DefaultProxy) -> Sample:
    """Some obligations as a sample: each with its debtor's history on its own day.

    Parameters
    ----------
    chosen
        Obligations whose outcome is known.
    obligations
        The whole payment history.
    proxy
        What counts as a default.

    Returns
    -------
    Sample
        In the order of the invoices' days.

    Raises
    ------
    ModelDomainError
        If ``chosen`` or ``obligations`` holds something else than obligations, or ``proxy`` is none.

    Examples
    --------
    >>> owed = Obligation(debtor="a", invoiced=Day(10), due=Day(40), settled=Day(52))
    >>> sample_of([owed], [owed], DefaultProxy(late_days=10)).outcomes
    (1.0,)
    """
    domain.instance("proxy", proxy, DefaultProxy)
    debtors: dict[str, list[Obligation]] = defaultdict(list)
    for obligation in sorted(_checked("obligations", obligations), key=lambda owed: owed.invoiced):
        debtors[obligation.debtor].append(obligation)
    days = {debtor: [owed.invoiced for owed in known] for debtor, known in debtors.items()}
    rows, outcomes = [], []
    for obligation in sorted(_checked("chosen", chosen), key=lambda owed: owed.invoiced):
        count = bisect_left(days.get(obligation.debtor, []), obligation.invoiced)
        history = _counted(debtors[obligation.debtor][:count], obligation.invoiced, proxy)
        rows.append(tuple(history.indicators.values()))
        outcomes.append(float(obligation.defaulted(proxy)))
    return Sample(indicators=HISTORY_INDICATORS, rows=tuple(rows), outcomes=tuple(outcomes))


def cut_for(obligations: Sequence[Obligation], later_share: float) -> Day:
    """The day from which on about a share of the obligations were invoiced.

    Parameters
    ----------
    obligations
        A payment history.
    later_share
        Of the obligations, in (0, 1), a fraction.

    Returns
    -------
    Day
        The invoice day of the first obligation of the later part: what was invoiced on one day stays together.

    Raises
    ------
    ModelDomainError
        If the share lies outside its domain, or there is no obligation.

    Examples
    --------
    >>> owed = [Obligation(debtor="a", invoiced=Day(d), due=Day(d + 30), settled=None) for d in range(10)]
    >>> cut_for(owed, 0.3)
    7
    """
    domain.within("later_share", later_share, 0, 1, open_low=True, open_high=True)
    days = sorted(owed.invoiced for owed in _checked("obligations", obligations))
    if not days:
        raise ModelDomainError("obligations", "none", "at least one")
    return days[min(len(days) - 1, round(len(days) * (1.0 - later_share)))]
