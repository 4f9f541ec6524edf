"""A fitted model with what a decision must know of it: its horizon, the loss, the proxy, and a version of its own."""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Final

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import domain
from scfin_chain.models.default_model.fit import DefaultFit
from scfin_chain.models.default_model.history import DefaultProxy
from scfin_chain.models.default_model.sample import Sample, listed
from scfin_chain.models.default_probability import LEAST_HORIZON, probability_over
from scfin_chain.models.rating import RATING_TABLE, TABLE_YEARS, RatingBand

PAPER_LOSS: Final = 0.6264
"""Loss given default of paper 004's bond."""

SEEN_LIMIT: Final = 1_000
"""Most digests of rows that a model keeps."""

_DIGEST: Final = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultModel:
    """A fitted regression as a bank uses it.

    Parameters
    ----------
    fit
        The regression.
    years
        Horizon of its probabilities in [0.001, 100], years; paper 004's is one.
    loss_given_default
        In [0, 1], a fraction; paper 004's is 0.6264.
    proxy
        What counted as a default in the payment history of the fit; ``None`` where it was fitted to other indicators.
    cut
        First day, since 1970, of what the fit has not seen; ``None`` where its rows had no days.
    seen
        Digests of rows of the fit, the least first, at most 1,000; for rows that had no days. See `marks_of`.

    Raises
    ------
    ModelDomainError
        If a number lies outside its domain.

    Examples
    --------
    >>> from scfin_chain.models.default_model.fit import Estimator
    >>> fit = DefaultFit(
    ...     estimator=Estimator.LOGIT, indicators=("prompt_share",), intercept=1.0, coefficients=(-6.0,),
    ...     standard_errors=None, p_values=None, observations=100, log_likelihood=-30.0)
    >>> model = DefaultModel(fit=fit)
    >>> round(model.fit.probability({"prompt_share": 0.68}), 6), len(model.version)
    (0.04394, 64)
    """

    fit: DefaultFit
    years: float = 1.0
    loss_given_default: float = PAPER_LOSS
    proxy: DefaultProxy | None = None
    cut: int | None = None
    seen: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        domain.within("years", self.years, LEAST_HORIZON, domain.YEARS_LIMIT)
        domain.share("loss_given_default", self.loss_given_default)
        if self.cut is not None:
            domain.whole("cut", self.cut)
        domain.instance("fit", self.fit, DefaultFit)
        if self.proxy is not None:
            domain.instance("proxy", self.proxy, DefaultProxy)
        seen = listed("seen", self.seen)
        if len(seen) > SEEN_LIMIT or not all(isinstance(one, str) and _DIGEST.fullmatch(one) for one in seen):
            raise ModelDomainError("seen", self.seen, f"at most {SEEN_LIMIT:,} digests, 16 hexadecimal digits each")
        if list(seen) != sorted(set(seen)):
            raise ModelDomainError("seen", self.seen, "in ascending order, each once")
        object.__setattr__(self, "seen", seen)

    @property
    def version(self) -> str:
        """SHA-256 of everything in it, 64 hexadecimal digits: models that differ in anything differ in it."""
        spelled = json.dumps(self.content(), sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(spelled.encode("ascii")).hexdigest()

    def seen_among(self, sample: Sample) -> int:
        """How many rows equal rows of the fit in every indicator of it and in their outcome: at least so many.

        Parameters
        ----------
        sample
            Rows that have the model's indicators.

        Returns
        -------
        int
            All of them where the fit had no more than 1,000 different rows, else about that share of them.

        Examples
        --------
        >>> from scfin_chain.models.default_model.fitting import fit_default_model
        >>> table = Sample(indicators=("arrears",), rows=((0.0,), (1.0,), (2.0,)), outcomes=(0.1, 0.3, 0.4))
        >>> model = DefaultModel(fit=fit_default_model(table, "log_odds"), seen=marks_of(table))
        >>> model.seen_among(Sample(indicators=("arrears",), rows=((1.0,), (3.0,)), outcomes=(0.3, 0.6)))
        1
        """
        domain.instance("sample", sample, Sample)
        seen = set(self.seen)
        return sum(digest in seen for digest in sample.only(self.fit.indicators).digests)

    def rated(self, probability: float) -> RatingBand | None:
        """A debtor of that probability of default as a row of the rating table would have it.

        Parameters
        ----------
        probability
            Over the model's own horizon, in [0, 1], a fraction.

        Returns
        -------
        RatingBand or None
            The model's probability, over the table's two years, and its loss given default, under the name of the best
            row that is not likelier to be met. ``None`` where no row is so bad: such a debtor is refused, as one whose
            score lies below the lowest row.

        Raises
        ------
        ModelDomainError
            If ``probability`` lies outside its domain.

        References
        ----------
        .. [1] Cheng, Li, *Research on the Pricing of Supply Chain Finance Instruments*, Table 2.

        Examples
        --------
        >>> from scfin_chain.models.default_model.fit import Estimator
        >>> fit = DefaultFit(
        ...     estimator=Estimator.LOGIT, indicators=(), intercept=-4.0, coefficients=(),
        ...     standard_errors=None, p_values=None, observations=100, log_likelihood=-9.0)
        >>> band = DefaultModel(fit=fit).rated(0.015350230867)
        >>> band.rating.value, round(band.default_probability, 9), band.loss_given_default
        ('BBB', 0.030464832, 0.6264)
        """
        over_table = probability_over(probability, horizon=self.years, years=TABLE_YEARS)
        for row in RATING_TABLE:
            if over_table <= row.default_probability:
                return RatingBand(
                    rating=row.rating,
                    floor=row.floor,
                    default_probability=over_table,
                    loss_given_default=self.loss_given_default,
                )
        return None

    def content(self) -> dict[str, object]:
        """Everything in it as JSON has it; floats are spelled so that they are read back exactly."""
        fit = self.fit
        return {
            "estimator": fit.estimator.value,
            "indicators": list(fit.indicators),
            "intercept": float(fit.intercept),
            "coefficients": list(map(float, fit.coefficients)),
            "standard_errors": None if fit.standard_errors is None else list(map(float, fit.standard_errors)),
            "p_values": None if fit.p_values is None else list(map(float, fit.p_values)),
            "observations": fit.observations,
            "log_likelihood": None if fit.log_likelihood is None else float(fit.log_likelihood),
            "years": float(self.years),
            "loss_given_default": float(self.loss_given_default),
            "late_days": None if self.proxy is None else self.proxy.late_days,
            "grace_days": None if self.proxy is None else self.proxy.grace_days,
            "cut": self.cut,
            "seen": list(self.seen),
        }


def marks_of(sample: Sample) -> tuple[str, ...]:
    """By what a model recognises rows of its fit: the least 1,000 of the digests of different rows.

    Parameters
    ----------
    sample
        The rows of the fit, with the indicators that it has.

    Returns
    -------
    tuple of str
        For `DefaultModel.seen`. Which digests are least has nothing to do with the rows, so that of any others that
        hold rows of the fit some are recognised.

    Raises
    ------
    ModelDomainError
        If ``sample`` is none.

    Examples
    --------
    >>> len(marks_of(Sample(indicators=("arrears",), rows=((0.0,), (-0.0,), (1.0,)), outcomes=(0.5, 0.5, 0.5))))
    2
    """
    domain.instance("sample", sample, Sample)
    return tuple(sorted(set(sample.digests))[:SEEN_LIMIT])
