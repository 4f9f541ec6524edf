"""Time series of paper 000: unit roots, Granger causality and vector autoregressions, each with its specification.

`sample_of` takes series by name. `adf` tests for unit roots, `granger_causality` whether the past of one series helps
to foresee another, `lag_orders` and `fit_autoregression` fit all together; `impulse_responses`, `check_residuals` and
`variance_decomposition` read the fit. Every result tells on how many observations it stands, raw and effective. The
library behind them (statsmodels) takes seconds to load, so that `scfin_chain.models` does not load this package.
"""

from scfin_chain.models.series.autoregression import (
    Autoregression,
    Criterion,
    LagOrders,
    fit_autoregression,
    lag_orders,
    most_lags_of,
)
from scfin_chain.models.series.degrees import (
    Degrees,
    closest_degrees,
    f_probability,
    f_statistic,
    fractional_denominator,
)
from scfin_chain.models.series.granger import GrangerTest, granger_causality, granger_from_sums
from scfin_chain.models.series.printed import PrintedNumber, Standing, printed_numbers
from scfin_chain.models.series.residuals import ChiSquareTest, ResidualChecks, check_residuals
from scfin_chain.models.series.responses import Bands, impulse_responses, variance_decomposition
from scfin_chain.models.series.sample import Sample, sample_of
from scfin_chain.models.series.unit_root import (
    LagCriterion,
    Terms,
    UnitRootTest,
    adf,
    asymptotic_probability,
    critical_value,
)
from scfin_chain.models.series.unit_root_law import simulated_probability

__all__ = [
    "Autoregression",
    "Bands",
    "ChiSquareTest",
    "Criterion",
    "Degrees",
    "GrangerTest",
    "LagCriterion",
    "LagOrders",
    "PrintedNumber",
    "ResidualChecks",
    "Sample",
    "Standing",
    "Terms",
    "UnitRootTest",
    "adf",
    "asymptotic_probability",
    "check_residuals",
    "closest_degrees",
    "critical_value",
    "f_probability",
    "f_statistic",
    "fit_autoregression",
    "fractional_denominator",
    "granger_causality",
    "granger_from_sums",
    "impulse_responses",
    "lag_orders",
    "most_lags_of",
    "printed_numbers",
    "sample_of",
    "simulated_probability",
    "variance_decomposition",
]
