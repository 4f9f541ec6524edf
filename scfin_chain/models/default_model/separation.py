"""Whether outcomes are separated by their indicators: then no finite log-odds fit them best."""

from typing import Final

import numpy as np
from scipy.optimize import linprog

from scfin_chain.models.default_model.sample import Matrix

_ROUNDING: Final = 1e-6
"""Sum of distances that is none: what the linear programme's tolerance leaves."""


def is_separated(matrix: Matrix, outcomes: Matrix) -> bool:
    r"""Whether a combination of the columns tells the outcomes apart, wholly or but for ties.

    Parameters
    ----------
    matrix
        n rows of the regression, the constant included, of full column rank.
    outcomes
        n numbers in [0, 1]; one strictly between is on no side.

    Returns
    -------
    bool
        Whether the likelihood has no maximum at finite coefficients.

    Notes
    -----
    Separated means that there is a direction :math:`b` with

    .. math:: x_i'b \ge 0 \ (y_i = 1), \quad x_i'b \le 0 \ (y_i = 0), \quad x_i'b = 0 \ (0 < y_i < 1)

    and not all of them zero: a linear programme finds the largest sum of their absolute values.

    References
    ----------
    .. [1] Albert, Anderson, *On the existence of maximum likelihood estimates in logistic regression models*,
       Biometrika 71 (1984); Konis, *Linear programming algorithms for detecting separated data* (2007).

    Examples
    --------
    >>> rows = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0], [1.0, 3.0]])
    >>> is_separated(rows, np.array([0.0, 0.0, 1.0, 1.0])), is_separated(rows, np.array([0.0, 1.0, 0.0, 1.0]))
    (True, False)
    """
    certain = (outcomes == 0.0) | (outcomes == 1.0)
    sided = matrix[certain] * np.where(outcomes[certain] == 1.0, 1.0, -1.0)[:, None]
    between = matrix[~certain]
    if not len(sided) or np.linalg.matrix_rank(between) == matrix.shape[1]:
        return False
    programme = linprog(
        -sided.mean(axis=0),
        A_ub=-sided,
        b_ub=np.zeros(len(sided)),
        A_eq=between if len(between) else None,
        b_eq=np.zeros(len(between)) if len(between) else None,
        bounds=(-1.0, 1.0),
        method="highs",
    )
    return programme.fun is None or bool(-programme.fun * len(sided) > _ROUNDING)
