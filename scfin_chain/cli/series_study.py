"""What ``scfin series`` tells of its series: rows of tests, of lags, of answers to shocks."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING, Literal

import numpy as np

from scfin_chain.cli.series_source import Source
from scfin_chain.cli.sweeps import ParameterSet
from scfin_chain.errors import InvalidInput

if TYPE_CHECKING:  # takes seconds to load
    from scfin_chain.models.series import Autoregression, Bands, Sample, UnitRootTest

Row = dict[str, object]

Kind = Literal["tests", "series", "lags", "responses", "decomposition"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """Series with the parameters under which they are looked at."""

    source: Source
    sample: "Sample"
    values: str
    chosen: ParameterSet

    @classmethod
    def of(cls, source: Source, names: Sequence[str] | None, chosen: ParameterSet) -> "Study":
        from scfin_chain.models.series import sample_of  # takes seconds to load

        chosen_names = names or tuple(source.columns)
        for place, name in enumerate(chosen_names):
            if name not in source.columns:
                raise InvalidInput("--column", name, f"one of {', '.join(source.columns)}")
            if name in chosen_names[:place]:
                raise InvalidInput("--column", name, "named once")
        given = sample_of({name: source.columns[name] for name in chosen_names})
        values = _word(chosen, "values", ("levels", "logs", "differences", "log-differences"))
        if values.startswith("log"):
            given = given.logarithms()
        if values.endswith("differences"):
            given = given.differences()
        return cls(source=source, sample=given, values=values, chosen=chosen)

    def number(self, name: str) -> int:
        return int(self.chosen[name])

    @property
    def significance(self) -> float:
        value = float(self.chosen["significance"])
        if value not in (0.01, 0.05, 0.1):
            raise InvalidInput("significance", value, "0.01, 0.05 or 0.1: critical values of a unit root test")
        return value

    @property
    def labels(self) -> tuple[str, ...]:
        return self.source.labels[-self.sample.observations :]

    @property
    def unit(self) -> str:
        """Of what is drawn; a logarithm's shocks and answers are shares."""
        if self.values.startswith("log"):
            return "logarithm" if self.values == "logs" else "change of the logarithm"
        change = "change, " if self.values == "differences" else ""
        return f"{change}{self.source.unit}" if self.source.unit else ""

    def lags(self) -> tuple[int, str]:
        """The autoregression's lags, and who chose them; where a criterion picks 0, 1 is fitted all the same."""
        from scfin_chain.models.series import Criterion, lag_orders

        word = str(self.chosen["lags"])
        if word in list(Criterion):
            most = self._most_lags()
            best = lag_orders(self.sample, most_lags=most).best(Criterion(word))
            return max(best, 1), f"{word} picks {best} of 0 to {most}"
        return _whole("lags", word, ", ".join(Criterion)), "given"

    def fit(self) -> "Autoregression":
        from scfin_chain.models.series import fit_autoregression

        return fit_autoregression(self.sample, lags=self.lags()[0])

    def orders(self) -> Iterator[Row]:
        from scfin_chain.models.series import Criterion, lag_orders

        orders = lag_orders(self.sample, most_lags=self._most_lags())
        best = {criterion: orders.best(criterion) for criterion in Criterion}
        for lags, values in enumerate(zip(orders.aic, orders.bic, orders.hq, strict=True)):
            picked = [criterion.value for criterion in Criterion if best[criterion] == lags]
            yield (
                {"lags": lags, "observations": orders.observations}
                | dict(zip(("aic", "bic", "hq"), values, strict=True))
                | {"picked by": " ".join(picked)}
            )

    def responses(self) -> "Bands":
        from scfin_chain.models.series import impulse_responses

        return impulse_responses(self.fit(), horizon=self.number("horizon"), level=float(self.chosen["level"]))

    def decomposition(self) -> "Bands":
        from scfin_chain.models.series import variance_decomposition

        if self.number("seed") < 0:
            raise InvalidInput("seed", self.number("seed"), "0 or more")
        return variance_decomposition(
            self.fit(),
            horizon=self.number("horizon"),
            rng=np.random.default_rng(self.number("seed")),
            level=float(self.chosen["level"]),
            draws=self.number("draws"),
        )

    def _most_lags(self) -> int:
        from scfin_chain.models.series import most_lags_of

        return most_lags_of(self.sample, at_most=self.number("most_lags"))


def _tests(study: Study) -> Iterator[Row]:
    yield from _unit_roots(study)
    lags, chosen_by = study.lags()
    yield from _causality(study, lags, chosen_by)
    yield from _residuals(study, chosen_by)


def _unit_roots(study: Study) -> Iterator[Row]:
    from scfin_chain.models.series import LagCriterion, Terms, adf

    word, terms = str(study.chosen["adf_lags"]), Terms(_word(study.chosen, "terms", tuple(Terms)))
    lags = LagCriterion(word) if word in list(LagCriterion) else _whole("adf_lags", word, ", ".join(LagCriterion))
    for prefix, sample in (("", study.sample), ("change of ", study.sample.differences())):
        most = min(study.number("most_lags"), sample.observations // 2 - terms.parameters - 1)
        searched = most if isinstance(lags, LagCriterion) and most >= 0 else None
        for name in sample.names:
            test = adf(sample.column(name), terms=terms, lags=lags, most_lags=searched, field=f"{prefix}{name}")
            yield _row(
                "unit root",
                f"{prefix}{name}",
                f"tau, {_terms(test)}, lags {test.lags}",
                test.observations,
                test.tau,
                test.critical_values[(0.01, 0.05, 0.1).index(study.significance)],
                test.p_value,
                "stationary" if test.rejects(study.significance) else "unit root not rejected",
            )


def _causality(study: Study, lags: int, chosen_by: str) -> Iterator[Row]:
    from scfin_chain.models.series import granger_causality

    for cause, caused in permutations(study.sample.names, 2):
        test = granger_causality(study.sample.column(caused), study.sample.column(cause), lags=lags)
        yield _row(
            "Granger",
            f"{cause} on {caused}",
            f"F({test.lags}, {test.degrees}), lags {lags} ({chosen_by})",
            test.observations,
            test.statistic,
            test.critical(study.significance),
            test.p_value,
            "causes" if test.rejects(study.significance) else "no cause shown",
        )


def _residuals(study: Study, chosen_by: str) -> Iterator[Row]:
    from scfin_chain.models.series import check_residuals

    fit = study.fit()
    lags = study.number("portmanteau_lags") or max(fit.lags + 1, min(10, fit.observations // 4))
    checks = check_residuals(fit, lags=lags)
    system = f"VAR({fit.lags})"
    for name, test, verdict in (
        (f"Portmanteau, adjusted, lags {lags}", checks.portmanteau, ("autocorrelated", "no autocorrelation shown")),
        ("skewness and kurtosis", checks.normality, ("not normal", "normality not rejected")),
    ):
        yield _row(
            "residuals",
            system,
            f"{name}, chi2({test.degrees})",
            fit.observations,
            test.statistic,
            test.critical(study.significance),
            test.p_value,
            verdict[0] if test.rejects(study.significance) else verdict[1],
        )
    yield _row(
        "stability",
        system,
        f"largest modulus ({chosen_by})",
        fit.observations,
        checks.largest_modulus,
        1.0,
        None,
        "stable" if checks.stable else "not stable",
    )


def _columns(study: Study) -> Iterator[Row]:
    for place, label in enumerate(study.labels):
        yield {"period": label} | {name: float(study.sample.column(name)[place]) for name in study.sample.names}


def _of_bands(bands: "Bands") -> Iterator[Row]:
    for answer in bands.names:
        for shock in bands.names:
            for period, *ends in zip(bands.periods, *bands.of(answer, shock), strict=True):
                row: Row = {"answer": answer, "shock": shock, "period": period}
                yield row | dict(zip(("value", "lower", "upper"), map(float, ends), strict=True))


TABLES: Mapping[Kind, Callable[[Study], Iterator[Row]]] = {
    "tests": _tests,
    "series": _columns,
    "lags": Study.orders,
    "responses": lambda study: _of_bands(study.responses()),
    "decomposition": lambda study: _of_bands(study.decomposition()),
}

READS: Mapping[Kind, tuple[str, ...]] = {
    "tests": ("values", "terms", "adf_lags", "lags", "most_lags", "significance", "portmanteau_lags"),
    "series": ("values",),
    "lags": ("values", "most_lags"),
    "responses": ("values", "lags", "most_lags", "horizon", "level"),
    "decomposition": ("values", "lags", "most_lags", "horizon", "level", "draws", "seed"),
}
"""On which parameters each table depends."""


def _row(
    test: str,
    of: str,
    specification: str,
    observations: int,
    statistic: float,
    critical: float,
    p_value: float | None,
    verdict: str,
) -> Row:
    return {
        "test": test,
        "of": of,
        "specification": specification,
        "T": observations,
        "statistic": statistic,
        "critical": critical,
        "p": p_value,
        "verdict": verdict,
    }


def _terms(test: "UnitRootTest") -> str:
    return {"n": "no terms", "c": "constant", "ct": "constant and trend"}[test.terms.value]


def _word(chosen: ParameterSet, name: str, allowed: Sequence[str]) -> str:
    word = str(chosen[name])
    if word not in allowed:
        raise InvalidInput(name, word, f"one of {', '.join(allowed)}")
    return word


def _whole(name: str, word: str, others: str) -> int:
    if not word.isascii() or not word.isdigit() or len(word) > 4:
        raise InvalidInput(name, word, f"a whole number or one of {others}")
    return int(word)
