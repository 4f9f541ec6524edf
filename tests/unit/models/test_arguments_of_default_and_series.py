"""The models of default and of time series, asked by anything at all.

given a good call, and in the place of each of its arguments what is none
    it should be refused in one line that names an argument, or answered with finite numbers, and nothing should warn
"""

import math
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import partial
from typing import Any

import numpy as np
import pytest

from scfin_chain.errors import InvalidInput
from scfin_chain.models import default_model as default
from scfin_chain.models import series
from scfin_chain.models.series.sample import checked_series

A, B = np.random.default_rng(3).normal(size=(2, 30)).cumsum(axis=1)
MONTHS = series.sample_of({"a": A, "b": B})
SYSTEM = series.fit_autoregression(MONTHS, lags=1)
BANDS = series.impulse_responses(SYSTEM, horizon=2)
ROWS = default.Sample(
    indicators=("a", "b"),
    rows=tuple((float(x), float(x * x % 7)) for x in range(30)),
    outcomes=tuple(float(x * 7 % 3 == 0) for x in range(30)),
)
FIT = default.fit_default_model(ROWS, default.Estimator.LOGIT)
MODEL = default.DefaultModel(fit=FIT)
PROXY = default.DefaultProxy(late_days=10)
OWED = [default.Obligation(debtor="a", invoiced=day, due=day + 30, settled=day + 35) for day in range(0, 90, 9)]
SAID = {"probabilities": (0.1, 0.4, 0.35, 0.8), "outcomes": (0.0, 0.0, 1.0, 1.0)}

CALLS: dict[str, tuple[Callable[..., object], dict[str, Any]]] = {
    "a series": (lambda values: checked_series("a", values), {"values": A}),
    "sample": (series.sample_of, {"columns": {"a": A}}),
    "sample by hand": (series.Sample, {"names": ("a", "b"), "values": MONTHS.values}),
    "column": (MONTHS.column, {"name": "a"}),
    "unit root": (series.adf, {"series": A, "terms": "c", "lags": 0, "most_lags": None}),
    "critical value": (series.critical_value, {"level": 0.05, "terms": "ct", "observations": 30}),
    "probability of tau": (series.asymptotic_probability, {"tau": -3.0, "terms": "ct"}),
    "simulation": (
        series.simulated_probability,
        {"tau": -3.0, "terms": "ct", "observations": 30, "rng": np.random.default_rng(0), "draws": 1_000},
    ),
    "Granger": (series.granger_causality, {"caused": A, "cause": B, "lags": 1}),
    "sums": (series.granger_from_sums, {"restricted": 10.0, "unrestricted": 8.0, "observations": 40, "lags": 2}),
    "level": (series.granger_causality(A, B, lags=1).rejects, {"level": 0.05}),
    "level of tau": (series.adf(A).rejects, {"level": 0.05}),
    "level of chi-square": (series.check_residuals(SYSTEM, lags=4).normality.critical, {"level": 0.05}),
    "F": (series.f_statistic, {"p_value": 0.1, "numerator": 1, "denominator": 4}),
    "probability of F": (series.f_probability, {"statistic": 3.0, "numerator": 1, "denominator": 4}),
    "degrees": (series.closest_degrees, {"pairs": ((3.0, 0.1),)}),
    "fraction": (series.fractional_denominator, {"statistic": 18.0, "p_value": 0.0131, "numerator": 1}),
    "system": (series.fit_autoregression, {"sample": MONTHS, "lags": 1}),
    "orders": (series.lag_orders, {"sample": MONTHS, "most_lags": 1}),
    "best": (series.lag_orders(MONTHS, most_lags=1).best, {"criterion": "aic"}),
    "most lags": (series.most_lags_of, {"sample": MONTHS, "at_most": 1}),
    "responses": (series.impulse_responses, {"fit": SYSTEM, "horizon": 3, "level": 0.9}),
    "shares": (
        series.variance_decomposition,
        {"fit": SYSTEM, "horizon": 3, "rng": np.random.default_rng(0), "level": 0.9, "draws": 100},
    ),
    "band": (BANDS.of, {"answer": "a", "shock": "b"}),
    "residuals": (series.check_residuals, {"fit": SYSTEM, "lags": 4}),
    "rows": (default.Sample, {"indicators": ("a",), "rows": ((1.0,), (2.0,)), "outcomes": (0.0, 1.0)}),
    "some indicators": (ROWS.only, {"indicators": ("a",)}),
    "fit": (default.fit_default_model, {"sample": ROWS, "estimator": "logit"}),
    "selection": (
        default.select_indicators,
        {
            "sample": ROWS,
            "estimator": "logit",
            "direction": "both",
            "criterion": "p_value",
            "enter": 0.05,
            "leave": 0.1,
        },
    ),
    "evaluation": (default.evaluate, SAID),
    "curve": (default.roc_curve, SAID),
    "groups": (default.calibration, SAID | {"bins": 2}),
    "log-odds": (FIT.log_odds, {"row": (1.0, 2.0)}),
    "probability": (FIT.probability, {"indicators": {"a": 1.0, "b": 2.0}}),
    "an indicator": (lambda value: FIT.probability({"a": value, "b": 2.0}), {"value": 1.0}),
    "model": (
        default.DefaultModel,
        {"fit": FIT, "years": 1.0, "loss_given_default": 0.5, "proxy": PROXY, "cut": 3, "seen": ()},
    ),
    "rating": (MODEL.rated, {"probability": 0.1}),
    "rows seen": (MODEL.seen_among, {"sample": ROWS}),
    "marks": (default.marks_of, {"sample": ROWS}),
    "obligation": (default.Obligation, {"debtor": "a", "invoiced": 1, "due": 3, "settled": 4}),
    "proxy": (default.DefaultProxy, {"late_days": 1, "grace_days": 3}),
    "counts": (default.PaymentHistory, {"prompt": 1, "paid": 2, "due": 3, "late_days": 4}),
    "history": (default.history_before, {"obligations": OWED, "day": 52, "proxy": PROXY}),
    "rows of a history": (default.sample_of, {"chosen": OWED, "obligations": OWED, "proxy": PROXY}),
    "split": (default.split_by_time, {"obligations": OWED, "cut": 80, "known_to": 130, "proxy": PROXY}),
    "cut": (default.cut_for, {"obligations": OWED, "later_share": 0.3}),
    "document": (default.model_from_json, {"text": default.model_to_json(MODEL)}),
    "table": (default.table_from_csv, {"text": "a,b\n1,2\n"}),
    "columns": (default.table_from_csv("a,b\n1,0\n").sample, {"outcome": "b", "indicators": ("a",)}),
}
"""Each of them is answered."""

ANYTHING: tuple[object, ...] = (
    *(math.nan, math.inf, -math.inf, -0.0, 0, 1, -1, 0.5, 1e308, 5e-324, 10**400, 10**5_000, True, 1 + 2j),
    *("", "x", b"ab", None, object(), (), {}, [1.0], [[1.0], [1.0, 2.0]], [True, False]),
    *(np.float32(1.5), np.int64(2), np.array(1.0), np.array([]), np.ones(30), np.arange(30.0), np.ones((3, 3))),
    *(np.array([1.0, None], dtype=object), np.array(["a", "b"]), np.ma.masked_equal([1.0, 2.0, 3.0], 2.0)),
)


@pytest.mark.parametrize("name", CALLS)
def test_is_refused_by_name_or_answered(name: str) -> None:
    call, good = CALLS[name]
    assert_finite(call(**good))
    for argument in good:
        for value in ANYTHING:
            assert_refused_or_finite(partial(call, **good | {argument: value}))


@pytest.mark.parametrize("size", [1, 2, 3])
def test_few_observations_are_refused_or_answered(size: int) -> None:
    few = default.Sample(indicators=("a",), rows=ROWS.only(("a",)).rows[:size], outcomes=ROWS.outcomes[:size])
    calls: tuple[Callable[[], object], ...] = (
        lambda: default.fit_default_model(few, default.Estimator.LOGIT),
        lambda: default.fit_default_model(few, default.Estimator.FRACTIONAL),
        lambda: default.select_indicators(few, default.Estimator.LOGIT),
        lambda: series.adf(A[:size]),
        lambda: series.granger_causality(A[:size], B[:size], lags=1),
        lambda: series.fit_autoregression(series.sample_of({"a": A[:size], "b": B[:size]}), lags=1),
    )
    for call in calls:
        assert_refused_or_finite(call)


def assert_refused_or_finite(call: Callable[[], object]) -> None:
    try:
        answer = call()
    except InvalidInput as refusal:
        told = str(refusal)
    else:
        told = ""
        assert_finite(answer)
    assert len(told.splitlines()) <= 1


def assert_finite(answer: object) -> None:
    if isinstance(answer, np.ndarray):
        assert np.isfinite(answer).all()
    elif isinstance(answer, float):
        assert math.isfinite(answer)
    elif isinstance(answer, tuple | list):
        for part in answer:
            assert_finite(part)
    elif is_dataclass(answer):
        for field in fields(answer):
            if field.name != "standardised":
                assert_finite(getattr(answer, field.name))
