"""A fitted regression of the log-odds of default: its numbers, and the probabilities that follow from them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import domain
from scfin_chain.models.default_model.sample import check_names, check_row, listed
from scfin_chain.models.default_probability import probability_from_log_odds


class Estimator(StrEnum):
    """How coefficients are found, which follows from what the outcomes are.

    Examples
    --------
    >>> [estimator.value for estimator in Estimator]
    ['log_odds', 'logit', 'fractional']
    """

    LOG_ODDS = "log_odds"
    """Ordinary least squares on the log-odds of probabilities in (0, 1), as paper 004 does."""

    LOGIT = "logit"
    """Maximum likelihood on outcomes 0 and 1."""

    FRACTIONAL = "fractional"
    """Quasi-likelihood (quasi-binomial, Papke and Wooldridge) on fractions in [0, 1]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultFit:
    """A fitted regression of the log-odds of default on indicators.

    Parameters
    ----------
    estimator
        How it was fitted.
    indicators
        k names.
    intercept
        a, log-odds where every indicator is 0.
    coefficients
        b, k numbers: log-odds a unit of the indicator.
    standard_errors
        Of the intercept and the coefficients, 1 + k numbers; ``None`` where the fit leaves nothing to judge it by.
    p_values
        Of no effect, two-sided, 1 + k fractions (t for least squares and fractions, normal for 0 and 1), or ``None``.
    observations
        n, rows.
    log_likelihood
        Of normal errors of the log-odds, or of Bernoulli outcomes, for fractions a quasi-likelihood; ``None`` where it
        is infinite. Comparable only between fits of one estimator on the same rows.

    Raises
    ------
    ModelDomainError
        If a number lies outside its domain, or the tuples do not belong together.

    Examples
    --------
    >>> fit = DefaultFit(
    ...     estimator=Estimator.LOG_ODDS, indicators=("leverage",), intercept=-2.0, coefficients=(4.0,),
    ...     standard_errors=None, p_values=None, observations=2, log_likelihood=None)
    >>> fit.caution.partition(":")[0]
    'saturated'
    """

    estimator: Estimator
    indicators: tuple[str, ...]
    intercept: float
    coefficients: tuple[float, ...]
    standard_errors: tuple[float, ...] | None
    p_values: tuple[float, ...] | None
    observations: int
    log_likelihood: float | None

    def __post_init__(self) -> None:
        check_names(self.indicators)
        told: dict[str, object] = {
            "estimator": domain.one_of("estimator", self.estimator, Estimator),
            "indicators": tuple(self.indicators),
            "coefficients": check_row("coefficients", self.coefficients, self.indicators),
        }
        domain.number("intercept", self.intercept)
        domain.whole("observations", self.observations, low=self.parameters)
        for field, check in (("standard_errors", domain.non_negative), ("p_values", domain.share)):
            if getattr(self, field) is None:
                continue
            told[field] = values = listed(field, getattr(self, field))
            if len(values) != self.parameters:
                raise ModelDomainError(field, len(values), f"{self.parameters} numbers, the intercept's first")
            for place, value in enumerate(values):
                check(f"{field}[{place}]", value)
        if self.log_likelihood is not None:
            domain.number("log_likelihood", self.log_likelihood)
        for field, value in told.items():
            object.__setattr__(self, field, value)

    @property
    def parameters(self) -> int:
        """1 + k."""
        return len(self.indicators) + 1

    @property
    def residual_freedom(self) -> int:
        """n - k - 1, what is left to judge the fit by."""
        return self.observations - self.parameters

    @property
    def saturated(self) -> bool:
        """Whether there are as many parameters as rows: such a fit meets any data, noise too, with R^2 = 1."""
        return self.residual_freedom == 0

    @property
    def aic(self) -> float | None:
        """Akaike's criterion, 2 (1 + k) - 2 log-likelihood."""
        return None if self.log_likelihood is None else 2.0 * self.parameters - 2.0 * self.log_likelihood

    @property
    def bic(self) -> float | None:
        """Schwarz's criterion, ln(n) (1 + k) - 2 log-likelihood."""
        if self.log_likelihood is None:
            return None
        return math.log(self.observations) * self.parameters - 2.0 * self.log_likelihood

    @property
    def caution(self) -> str | None:
        """What must be said beside the numbers, if anything."""
        if self.saturated:
            return (
                f"saturated: {self.parameters} parameters of {self.observations} observations leave no residual degree "
                "of freedom; any outcomes would be met, so a perfect fit is no evidence; there are no standard errors"
            )
        if self.standard_errors is None:
            return "exact: nothing is left over, so there are no standard errors"
        return None

    def log_odds(self, row: Sequence[float]) -> float:
        """a + b'x of k indicators in their order; refuses what is not finite."""
        check_row("row", row, self.indicators)
        terms = (weight * value for weight, value in zip(self.coefficients, row, strict=True))
        return domain.computed("log-odds", self.intercept + sum(terms))

    def probability(self, indicators: Mapping[str, float]) -> float:
        r"""Probability of default of what has these indicators.

        Parameters
        ----------
        indicators
            Value of each indicator of the model by name, in its own unit; others are left aside.

        Returns
        -------
        float
            p, a fraction in [0, 1].

        Raises
        ------
        ModelDomainError
            If an indicator is missing or no finite number, or the log-odds exceed 10^45.

        Notes
        -----
        .. math:: p = \frac{1}{1 + e^{-(a + b'x)}}

        References
        ----------
        .. [1] *Journal of Intelligent & Fuzzy Systems*, doi:10.3233/JIFS-201818, equation (3), reconstructed.

        Examples
        --------
        >>> fit = DefaultFit(
        ...     estimator=Estimator.LOGIT, indicators=("leverage",), intercept=-2.0, coefficients=(4.0,),
        ...     standard_errors=None, p_values=None, observations=100, log_likelihood=-30.0)
        >>> fit.probability({"leverage": 0.5})
        0.5
        """
        domain.instance("indicators", indicators, Mapping)
        for name in self.indicators:
            if name not in indicators:
                raise ModelDomainError(name, None, "given: the model has it as an indicator")
        return probability_from_log_odds(self.log_odds([indicators[name] for name in self.indicators]))
