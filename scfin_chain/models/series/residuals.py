"""Whether a vector autoregression may be believed: its residuals noise, and normal, and the system stable."""

from dataclasses import dataclass

from scipy import stats

from scfin_chain.errors import ModelDomainError
from scfin_chain.models import domain
from scfin_chain.models.series.autoregression import Autoregression
from scfin_chain.models.series.verdict import UpperTailTest


@dataclass(frozen=True, slots=True, kw_only=True)
class ChiSquareTest(UpperTailTest):
    """A test whose statistic is chi-square distributed where its hypothesis holds and the sample is large.

    Parameters
    ----------
    statistic
        A pure number, at least 0.
    degrees
        Degrees of freedom.
    p_value
        Probability of a larger statistic under the hypothesis.

    Examples
    --------
    Of two degrees of freedom the law is exponential, with a critical value of -2 ln 0.05:

    >>> test = ChiSquareTest(statistic=7.8, degrees=2, p_value=0.0202)
    >>> round(test.critical(0.05), 6), test.rejects(0.05)
    (5.991465, True)
    """

    statistic: float
    degrees: int
    p_value: float

    def _exceeded(self, probability: float) -> float:
        return float(stats.chi2.isf(probability, self.degrees))


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidualChecks:
    """What speaks against a fitted autoregression.

    Parameters
    ----------
    portmanteau
        Of "the residuals are not autocorrelated", adjusted for small samples.
    portmanteau_lags
        How many autocorrelations it takes together.
    normality
        Of "the residuals are normal", by skewness and kurtosis.
    largest_modulus
        Of the companion matrix's eigenvalues; the system is stable iff it is below 1.

    Examples
    --------
    >>> noise = ChiSquareTest(statistic=2.0, degrees=4, p_value=0.7358)
    >>> ResidualChecks(portmanteau=noise, portmanteau_lags=2, normality=noise, largest_modulus=1.02).stable
    False
    """

    portmanteau: ChiSquareTest
    portmanteau_lags: int
    normality: ChiSquareTest
    largest_modulus: float

    @property
    def stable(self) -> bool:
        """Whether every shock dies out."""
        return self.largest_modulus < 1


def check_residuals(fit: Autoregression, *, lags: int) -> ResidualChecks:
    r"""Test the residuals of an autoregression, and its stability.

    Parameters
    ----------
    fit
        A fitted autoregression.
    lags
        h, autocorrelations of the Portmanteau test: more than the fit's lags, fewer than its effective sample.

    Returns
    -------
    ResidualChecks
        Statistics with their degrees of freedom.

    Raises
    ------
    ModelDomainError
        If there are too few or too many lags.

    Notes
    -----
    With the residuals' autocovariances C and T rows; and with w the residuals made orthogonal by Cholesky, b1 their
    mean cubes and b2 their mean fourth powers:

    .. math:: Q_h = T^2 \sum_{i=1}^h \frac{\operatorname{tr}(C_i^\top C_0^{-1} C_i C_0^{-1})}{T - i}
       \sim \chi^2(k^2 (h - q)), \qquad
       \lambda = \frac{T}{6} b_1^\top b_1 + \frac{T}{24} (b_2 - 3)^\top (b_2 - 3) \sim \chi^2(2k)

    References
    ----------
    .. [1] Lütkepohl, *New Introduction to Multiple Time Series Analysis*, Springer 2005, equations
       (4.4.23) and (4.5.8).

    Examples
    --------
    >>> from scfin_chain.models.series.autoregression import fit_autoregression
    >>> from scfin_chain.models.series.sample import sample_of
    >>> z = (1.0, 1.4, 1.1, 1.9, 2.3, 1.8, 2.6, 3.1, 2.7, 3.0, 3.8, 3.3, 4.1, 4.4, 3.9, 4.9)
    >>> x = (0.5, 0.2, 0.9, 1.1, 0.6, 1.3, 1.6, 1.0, 1.2, 1.9, 1.5, 2.1, 2.0, 1.7, 2.6, 2.4)
    >>> checks = check_residuals(fit_autoregression(sample_of({"z": z, "x": x}), lags=1), lags=4)
    >>> checks.portmanteau.degrees, checks.normality.degrees, checks.stable
    (12, 4, True)
    """
    domain.instance("fit", fit, Autoregression)
    domain.whole("lags", lags, low=1)
    if not fit.lags < lags < fit.observations:
        raise ModelDomainError("lags", lags, f"above the fit's {fit.lags} and below its {fit.observations} rows")
    white = fit.standardised.test_whiteness(nlags=lags, adjusted=True)
    normal = fit.standardised.test_normality()
    return ResidualChecks(
        portmanteau=ChiSquareTest(
            statistic=float(white.test_statistic), degrees=int(white.df), p_value=float(white.pvalue)
        ),
        portmanteau_lags=lags,
        normality=ChiSquareTest(
            statistic=float(normal.test_statistic), degrees=int(normal.df), p_value=float(normal.pvalue)
        ),
        largest_modulus=fit.moduli[0],
    )
