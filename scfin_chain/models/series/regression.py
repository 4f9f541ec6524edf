"""Least squares for the tests: ordinary, scaled so that no unit matters, and refused where it says nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from statsmodels.regression.linear_model import OLS  # type: ignore[import-untyped]  # ships no types

from scfin_chain.errors import ModelDomainError
from scfin_chain.models.series.sample import Floats

LEAST_SINGULAR = 1e-9
"""Least singular value of regressors of length 1: below it one is a combination of the others."""

LEAST_RESIDUAL = 1e-20
"""Least sum of squared residuals, as a share of what is to be explained: below it the fit is perfect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """What a regression came to.

    Parameters
    ----------
    rss
        Sum of squared residuals, the response's unit squared.
    observations
        Rows of the regression.
    degrees
        Rows less parameters, the constant counted.
    coefficients
        One for each regressor as it was given, the constant left out.
    t_values
        Each coefficient by its standard error, a pure number.
    log_likelihood
        Of normal residuals, natural logarithm, in the response's unit.

    Examples
    --------
    Residuals 1, -1, -1, 1 about a mean of 2 leave a sum of squares of 4:

    >>> line = least_squares(np.array([3.0, 1.0, 1.0, 3.0]), [np.array([0.0, 1.0, 2.0, 3.0])], constant=True)
    >>> round(line.rss, 12), line.parameters, abs(line.coefficients[0]) < 1e-15
    (4.0, 2, True)
    """

    rss: float
    observations: int
    degrees: int
    coefficients: tuple[float, ...]
    t_values: tuple[float, ...]
    log_likelihood: float

    @property
    def parameters(self) -> int:
        """Parameters estimated, the constant counted."""
        return self.observations - self.degrees


def least_squares(response: Floats, regressors: Sequence[Floats], *, constant: bool) -> Regression:
    r"""Regress a series on others, with a constant or without.

    Parameters
    ----------
    response
        Of shape (rows,), any unit.
    regressors
        At least one, each of shape (rows,) and in a unit of its own.
    constant
        Whether a constant is estimated as well.

    Returns
    -------
    Regression
        Coefficients in the order of the regressors.

    Raises
    ------
    ModelDomainError
        If there are no more rows than parameters, a regressor is a combination of the others, or the fit is perfect.

    Notes
    -----
    With a constant all is taken from its mean first, which changes no coefficient; each regressor is then scaled to
    length 1, so that a sum in minor units and a share go together.

    .. math:: \hat b = (X^\top X)^{-1} X^\top y, \qquad RSS = \lVert y - X \hat b \rVert^2

    References
    ----------
    .. [1] Greene, *Econometric Analysis*, 7th edition, section 3.2; 3.3 for the partialled constant.

    Examples
    --------
    >>> line = least_squares(np.array([1.0, 3.0, 4.0, 4.0]), [np.array([0.0, 1.0, 2.0, 3.0])], constant=True)
    >>> round(line.coefficients[0], 12), round(line.rss, 12), line.degrees
    (1.0, 1.0, 2)
    """
    design = np.column_stack(list(regressors))
    rows, columns = design.shape
    parameters = columns + constant
    if rows <= parameters:
        raise ModelDomainError("observations", rows, f"more than the {parameters} parameters, after lags")
    if constant:
        design, response = design - design.mean(axis=0), response - response.mean()
    lengths, size = _lengths(design), float(_lengths(response[:, np.newaxis])[0])
    if size == 0:
        raise ModelDomainError("residuals", 0.0, "above 0: there is nothing to explain")
    if not np.all(lengths) or np.linalg.svd(design / lengths, compute_uv=False)[-1] < LEAST_SINGULAR:
        raise ModelDomainError("regressors", columns, "linearly independent: one is a combination of the others")
    fitted = OLS(response / size, design / lengths).fit()
    share = float(fitted.ssr)
    if share <= LEAST_RESIDUAL:
        raise ModelDomainError("residuals", share * size**2, "above 0: the fit is perfect")
    degrees = rows - parameters
    wider = np.sqrt(degrees / (rows - columns))  # the constant that was taken out is a parameter too
    return Regression(
        rss=share * size**2,
        observations=rows,
        degrees=degrees,
        coefficients=tuple(float(value) for value in fitted.params * size / lengths),
        t_values=tuple(float(value) for value in fitted.tvalues * wider),
        log_likelihood=float(-rows / 2 * (np.log(2 * np.pi * share / rows) + 1) - rows * np.log(size)),
    )


def _lengths(columns: Floats) -> Floats:
    """The Euclidean length of each column, safe from under- and overflow."""
    largest = np.max(np.abs(columns), axis=0)
    safe = np.where(largest > 0, largest, 1.0)
    return np.asarray(largest * np.linalg.norm(columns / safe, axis=0))
