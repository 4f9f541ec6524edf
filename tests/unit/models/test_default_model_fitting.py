"""Fitting log-odds of default to indicators.

given outcomes of its kind
    each estimator should agree with the package called directly, in any units of the indicators
given as many observations as parameters: saturated, through every point, without standard errors
given fewer: refused; so are constant and dependent indicators, outcomes of another kind, and those all alike
given outcomes that indicators separate, wholly or but for ties: refused in one line
given a fit or a sample made by hand: refused unless each field is one that a fit could have
given a model that keeps digests of its rows: rows of the fit should be recognised, and no others
given any sample: a fit with finite numbers, or one such refusal
"""

import math

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from scfin_chain.models import ModelDomainError, log_odds
from scfin_chain.models.default_model import (
    DefaultFit,
    DefaultModel,
    Estimator,
    Sample,
    fit_default_model,
    marks_of,
)
from scfin_chain.models.default_model.sample import Matrix
from scfin_chain.models.default_model.separation import is_separated

exhaustive = settings(derandomize=True, deadline=None, max_examples=60)
K = 3
NAMES = ("leverage", "margin", "arrears")


def sample_of(rows: Matrix, outcomes: Matrix, names: tuple[str, ...] = NAMES) -> Sample:
    return Sample(
        indicators=names,
        rows=tuple(tuple(map(float, row)) for row in rows),
        outcomes=tuple(map(float, outcomes)),
    )


def drawn(estimator: Estimator, n: int = 240) -> tuple[Matrix, Matrix]:
    chance = np.random.default_rng(11)
    rows = chance.normal(size=(n, K)) * (1.0, 1e6, 1e-4) + (0.0, 5e6, 3.0)
    odds = -1.0 + rows[:, 0] - 1e-6 * (rows[:, 1] - 5e6) + 2e3 * (rows[:, 2] - 3.0)
    shares = 1.0 / (1.0 + np.exp(-odds - chance.normal(size=n)))
    if estimator is Estimator.LOGIT:
        return rows, (chance.random(n) < shares).astype(float)
    return rows, shares


class TestGivenOutcomesOfItsKind:
    def test_agrees_with_least_squares(self) -> None:
        rows, outcomes = drawn(Estimator.LOG_ODDS)
        ours = fit_default_model(sample_of(rows, outcomes), Estimator.LOG_ODDS)
        theirs = sm.OLS([log_odds(float(p)) for p in outcomes], sm.add_constant(rows / (1, 1e6, 1e-4))).fit()
        _assert_agree(ours, theirs)
        assert ours.aic == pytest.approx(theirs.aic, rel=1e-10)
        assert ours.bic == pytest.approx(theirs.bic, rel=1e-10)

    def test_agrees_with_logit(self) -> None:
        rows, outcomes = drawn(Estimator.LOGIT)
        ours = fit_default_model(sample_of(rows, outcomes), Estimator.LOGIT)
        theirs = sm.Logit(outcomes, sm.add_constant(rows / (1, 1e6, 1e-4))).fit(disp=0, maxiter=100)
        _assert_agree(ours, theirs, rel=1e-5)
        assert ours.aic == pytest.approx(theirs.aic, rel=1e-10)
        assert ours.bic == pytest.approx(theirs.bic, rel=1e-10)

    def test_agrees_with_the_generalised_model_given_fractions(self) -> None:
        rows, outcomes = drawn(Estimator.FRACTIONAL)
        ours = fit_default_model(sample_of(rows, outcomes), Estimator.FRACTIONAL)
        family = sm.families.Binomial()
        theirs = sm.GLM(outcomes, sm.add_constant(rows / (1, 1e6, 1e-4)), family=family).fit(scale="X2", use_t=True)
        _assert_agree(ours, theirs, rel=1e-5)

    def test_takes_fractions_of_nought_and_one(self) -> None:
        rows, outcomes = drawn(Estimator.FRACTIONAL)
        outcomes[:3], outcomes[3:6] = 0.0, 1.0
        assert fit_default_model(sample_of(rows, outcomes), Estimator.FRACTIONAL).standard_errors is not None

    def test_gives_the_share_given_no_indicators(self) -> None:
        sample = sample_of(np.zeros((8, 0)), np.array([1.0, 0, 0, 0] * 2), ())
        assert fit_default_model(sample, Estimator.LOGIT).probability({}) == pytest.approx(0.25, rel=1e-12)

    @exhaustive
    @given(st.floats(-6, 6), st.floats(-4, 4), st.floats(-9, 9), st.floats(-9, 9))
    def test_moves_with_the_units(self, power: float, shift: float, x: float, y: float) -> None:
        """Probabilities do not know whether an indicator is in cents or in millions."""
        rows, outcomes = drawn(Estimator.LOGIT)
        scaled = rows.copy()
        scaled[:, 0] = 10.0**power * (rows[:, 0] + shift)
        first = fit_default_model(sample_of(rows, outcomes), Estimator.LOGIT)
        second = fit_default_model(sample_of(scaled, outcomes), Estimator.LOGIT)
        one = dict(zip(NAMES, (x, 5e6, 3.0), strict=True))
        other = one | {"leverage": 10.0**power * (x + shift)}
        assert second.probability(other) == pytest.approx(first.probability(one), rel=1e-6, abs=1e-12)
        assert second.p_values is not None
        assert second.p_values[1:] == pytest.approx(first.p_values[1:] if first.p_values else (), rel=1e-6, abs=1e-12)


class TestGivenFewObservations:
    """Paper 004 fits a constant and nine slopes to ten observations: R = 1.000 for noise as well."""

    def paper(self, outcomes: list[float]) -> DefaultFit:
        rows = np.random.default_rng(4).normal(size=(len(outcomes), 9))
        names = tuple(f"x{number}" for number in range(1, 10))
        return fit_default_model(sample_of(rows, np.array(outcomes), names), Estimator.LOG_ODDS)

    def test_calls_it_saturated_given_as_many_as_parameters(self) -> None:
        noise = np.random.default_rng(5).uniform(0.01, 0.99, size=10)
        fit = self.paper(list(noise))
        rows = np.random.default_rng(4).normal(size=(10, 9))
        again = [fit.probability(dict(zip(fit.indicators, row, strict=True))) for row in rows]
        assert again == pytest.approx(list(noise), rel=1e-9)
        assert (fit.saturated, fit.residual_freedom) == (True, 0)
        assert (fit.standard_errors, fit.p_values, fit.aic, fit.bic) == (None, None, None, None)
        assert fit.caution is not None
        assert fit.caution.startswith("saturated: 10 parameters of 10 observations")

    def test_refuses_fewer_than_parameters(self) -> None:
        with pytest.raises(ModelDomainError, match="observations is 9: must be at least 10: a constant and 9 slopes"):
            self.paper([0.1 * number for number in range(1, 10)])

    def test_has_standard_errors_given_one_more(self) -> None:
        fit = self.paper(list(np.random.default_rng(6).uniform(0.01, 0.99, size=11)))
        assert fit.residual_freedom == 1
        assert fit.standard_errors is not None

    def test_says_exact_given_no_remainder(self) -> None:
        rows = np.arange(6.0)[:, None]
        outcomes = 1.0 / (1.0 + np.exp(2.0 - 0.5 * rows[:, 0]))
        fit = fit_default_model(sample_of(rows, outcomes, ("x",)), Estimator.LOG_ODDS)
        assert (fit.intercept, fit.coefficients[0]) == pytest.approx((-2.0, 0.5), rel=1e-12)
        assert fit.standard_errors is None
        assert fit.caution is not None
        assert fit.caution.startswith("exact")


class TestRefusals:
    @pytest.mark.parametrize(
        ("rows", "said"),
        [
            ([[1.0, 2.0], [1.0, 3.0], [1.0, 5.0]], "'leverage': must be one that varies"),
            (
                [[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]],
                "'margin': must be one that does not follow from the constant, lever",
            ),
            ([[1.0, 9.0], [2.0, 8.0], [3.0, 7.0]], "'margin': must be one that does not follow"),
        ],
    )
    def test_names_an_indicator_that_tells_nothing(self, rows: list[list[float]], said: str) -> None:
        with pytest.raises(ModelDomainError, match=said):
            fit_default_model(sample_of(np.array(rows), np.array([0.1, 0.4, 0.3]), NAMES[:2]), Estimator.LOG_ODDS)

    @pytest.mark.parametrize(
        ("estimator", "outcomes", "said"),
        [
            (Estimator.LOG_ODDS, (0.1, 0.0, 0.3), r"outcomes\[1\] is 0.0: must be a number in \(0, 1\)"),
            (Estimator.LOG_ODDS, (0.1, 0.2, 1.0), r"outcomes\[2\] is 1.0: must be a number in \(0, 1\)"),
            (Estimator.LOGIT, (0.0, 0.5, 1.0), r"outcomes\[1\] is 0.5: must be 0 or 1"),
            (Estimator.LOGIT, (0.0, 0.0, 0.0), "outcomes is 'all 0': must be some that default as well"),
            (Estimator.LOGIT, (1.0, 1.0, 1.0), "outcomes is 'all 1': must be some that do not as well"),
            (Estimator.FRACTIONAL, (1.0, 1.0, 1.0), "outcomes is 'all 1'"),
        ],
    )
    def test_names_an_outcome_of_another_kind(
        self, estimator: Estimator, outcomes: tuple[float, ...], said: str
    ) -> None:
        with pytest.raises(ModelDomainError, match=said):
            fit_default_model(sample_of(np.array([[1.0], [2.0], [4.0]]), np.array(outcomes), ("x",)), estimator)

    @pytest.mark.parametrize("estimator", [Estimator.LOGIT, Estimator.FRACTIONAL])
    @pytest.mark.parametrize(
        ("xs", "outcomes"),
        [
            ([0.0, 1, 2, 3], [0.0, 0, 1, 1]),
            ([0.0, 1, 1, 2], [0.0, 0, 1, 1]),
            ([0.0, 1, 1, 1, 1, 5], [0.0, 1, 0, 1, 0, 1]),
            ([-3.0, -2, 1e6], [1.0, 1, 0]),
        ],
    )
    def test_says_separated(self, estimator: Estimator, xs: list[float], outcomes: list[float]) -> None:
        with pytest.raises(ModelDomainError, match="outcomes is 'separated'") as refusal:
            fit_default_model(sample_of(np.array(xs)[:, None], np.array(outcomes), ("x",)), estimator)
        assert str(refusal.value).isprintable()

    @pytest.mark.parametrize("estimator", ["probit", None, []])
    def test_names_an_estimator_that_is_none(self, estimator: Estimator) -> None:
        with pytest.raises(ModelDomainError, match="must be one of log_odds, logit, fractional") as refusal:
            fit_default_model(sample_of(*drawn(Estimator.LOGIT)), estimator)
        assert (refusal.value.field, refusal.value.value) == ("estimator", estimator)

    def test_names_an_indicator_that_the_sample_has_not(self) -> None:
        with pytest.raises(ModelDomainError, match="indicators is 'y': must be one of leverage, margin, arrears"):
            sample_of(*drawn(Estimator.LOGIT)).only(["y"])

    def test_names_an_indicator_that_is_missing(self) -> None:
        rows, outcomes = drawn(Estimator.LOGIT)
        fit = fit_default_model(sample_of(rows, outcomes), Estimator.LOGIT)
        with pytest.raises(ModelDomainError, match="margin is None: must be given"):
            fit.probability({"leverage": 1.0, "arrears": 2.0})
        with pytest.raises(ModelDomainError, match="row: margin is nan"):
            fit.probability({"leverage": 1.0, "margin": math.nan, "arrears": 2.0})


numbers = st.one_of(
    st.floats(-5, 5),
    st.integers(-3, 3).map(float),
    st.floats(),
    st.sampled_from((0.0, -0.0, 5e-324, 1e-300, 1e45, -1e45, 1e-12, 1.0 + 1e-15)),
)


@exhaustive
@given(st.data(), st.sampled_from(Estimator))
def test_answers_with_finite_numbers_or_one_line(data: st.DataObject, estimator: Estimator) -> None:
    k = data.draw(st.integers(0, 3), label="k")
    n = data.draw(st.integers(0, 12), label="n")
    outcome = st.sampled_from((0.0, 1.0)) if estimator is Estimator.LOGIT else st.floats(0, 1) | numbers
    rows = data.draw(st.lists(st.tuples(*[numbers] * k), min_size=n, max_size=n), label="rows")
    outcomes = data.draw(st.lists(outcome, min_size=n, max_size=n), label="outcomes")
    try:
        sample = Sample(indicators=NAMES[:k], rows=tuple(rows), outcomes=tuple(outcomes))
        fit = fit_default_model(sample, estimator)
        probability = fit.probability(dict.fromkeys(NAMES, 1.0))
    except ModelDomainError:
        return
    told = (fit.intercept, *fit.coefficients, *(fit.standard_errors or ()), *(fit.p_values or ()), fit.aic or 0.0)
    assert all(map(math.isfinite, told))
    assert 0.0 <= probability <= 1.0
    assert fit.saturated is (n == k + 1)
    assert not (fit.saturated and fit.standard_errors)


@exhaustive
@given(st.lists(st.tuples(st.integers(-4, 4), st.sampled_from((0.0, 1.0))), min_size=2, max_size=14))
def test_finds_separation_as_an_interval_does(points: list[tuple[int, float]]) -> None:
    """In one dimension: separated where the two kinds overlap in no more than a point."""
    ones, noughts = [x for x, y in points if y == 1.0], [x for x, y in points if y == 0.0]
    if len({x for x, _ in points}) < 2:
        return
    apart = not ones or not noughts or max(noughts) <= min(ones) or max(ones) <= min(noughts)
    matrix = np.array([[1.0, float(x)] for x, _ in points])
    assert is_separated(matrix, np.array([y for _, y in points])) is apart


def _assert_agree(ours: DefaultFit, theirs: object, rel: float = 1e-8) -> None:
    """The package was given indicators of the size of one, since it does not scale."""
    params, errors, p_values = (np.asarray(getattr(theirs, name)) for name in ("params", "bse", "pvalues"))
    units = np.array((1.0, 1e6, 1e-4))
    assert ours.standard_errors is not None
    assert ours.p_values is not None
    assert ours.intercept == pytest.approx(params[0], rel=rel)
    assert ours.coefficients == pytest.approx(tuple(params[1:] / units), rel=rel)
    assert ours.standard_errors == pytest.approx(tuple(errors / (1.0, *units)), rel=rel)
    assert ours.p_values == pytest.approx(tuple(p_values), rel=1e-4, abs=1e-12)


class TestGivenAFitMadeByHand:
    GOOD = {  # noqa: RUF012  # read alone
        "estimator": Estimator.LOGIT,
        "indicators": ("leverage",),
        "intercept": -2.0,
        "coefficients": (4.0,),
        "standard_errors": (0.5, 1.0),
        "p_values": (0.1, 0.2),
        "observations": 40,
        "log_likelihood": -20.0,
    }
    NONE_OF_THEM = (
        None,
        True,
        "probit",
        b"ab",
        math.nan,
        math.inf,
        1e308,
        10**5_000,
        -1,
        (),
        (None,),
        ("x", "x"),
        ("", 2),
    )

    @pytest.mark.parametrize("field", GOOD)
    @pytest.mark.parametrize("value", NONE_OF_THEM, ids=range(len(NONE_OF_THEM)))
    def test_refuses_a_field_that_no_fit_has(self, field: str, value: object) -> None:
        allowed = {("intercept", -1), ("log_likelihood", -1)}
        none = {"standard_errors", "p_values", "log_likelihood"}
        if (field, value) in allowed or (value is None and field in none):
            return
        named = "coefficients" if (field, value) == ("indicators", ()) else field
        with pytest.raises(ModelDomainError, match=f"^{named}") as refusal:
            DefaultFit(**{**self.GOOD, field: value})
        assert "\n" not in str(refusal.value)

    def test_takes_an_estimator_by_its_name_and_numbers_in_a_list(self) -> None:
        made = DefaultFit(**self.GOOD | {"estimator": "logit", "coefficients": [4.0], "indicators": ["leverage"]})
        assert made == DefaultFit(**self.GOOD)
        assert hash(made) == hash(DefaultFit(**self.GOOD))


@pytest.mark.parametrize(
    "changed",
    [
        {"rows": None},
        {"rows": 0.5},
        {"rows": ((1.0,), 2.0)},
        {"rows": ("1", "2")},
        {"rows": np.array([[1.0], [np.nan]])},
        {"rows": np.ma.masked_invalid([[1.0], [np.nan]])},
        {"rows": np.array([1.0, 2.0])},
        {"outcomes": None},
        {"outcomes": "01"},
        {"outcomes": (True, False)},
        {"outcomes": np.eye(2)},
        {"outcomes": np.array(0.5)},
        {"indicators": "debt"},
        {"indicators": None},
    ],
    ids=str,
)
def test_refuses_a_sample_that_is_none(changed: dict[str, object]) -> None:
    good = {"indicators": ("debt",), "rows": ((1.0,), (2.0,)), "outcomes": (0.0, 1.0)}
    with pytest.raises(ModelDomainError, match=f"^{next(iter(changed))}"):
        Sample(**good | changed)


class TestGivenAModelThatKeepsDigests:
    def test_recognises_rows_of_its_fit_in_any_order(self) -> None:
        rows, outcomes = drawn(Estimator.LOGIT, n=60)
        seen, others = sample_of(rows[:40], outcomes[:40]), sample_of(rows[40:], outcomes[40:])
        model = DefaultModel(fit=fit_default_model(seen, Estimator.LOGIT), seen=marks_of(seen))
        assert model.seen_among(sample_of(rows[30:60][::-1], outcomes[30:60][::-1])) == 10
        assert model.seen_among(others) == 0
        assert model.seen_among(sample_of(rows[:40], 1.0 - outcomes[:40])) == 0

    def test_recognises_some_of_more_rows_than_it_keeps(self) -> None:
        rows, outcomes = drawn(Estimator.LOGIT, n=5_000)
        seen = sample_of(rows, outcomes)
        model = DefaultModel(fit=fit_default_model(seen, Estimator.LOGIT), seen=marks_of(seen))
        assert len(model.seen) == 1_000
        assert 60 <= model.seen_among(sample_of(rows[:500], outcomes[:500])) <= 140
