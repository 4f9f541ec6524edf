"""The command that finds the best credit line (paper 004)."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

import typer

from scfin_chain.cli.program import app
from scfin_chain.cli.sweeps import (
    FormOption,
    OutputOption,
    ParameterSet,
    ParametersOption,
    PlotOption,
    SetOption,
    check_targets,
    parameter_sets,
    require_left_out,
    show,
    varying,
)
from scfin_chain.errors import InvalidInput
from scfin_chain.models import (
    PAPER_COST_RATE,
    PAPER_DEFAULT_PROBABILITY,
    PAPER_QUANTILE,
    BusinessVolume,
    Freight,
    Lending,
    RateResponse,
    best_rate,
    credit_cap,
    freight_guarantee,
    line_elasticities,
    line_scenarios,
    normal_cdf,
    normal_quantile,
    optimal_line,
    optimal_line_under,
)

DEFAULTS: Final[ParameterSet] = {
    "rate": 0.10,
    "cost_rate": PAPER_COST_RATE,
    "default_probability": PAPER_DEFAULT_PROBABILITY,
    "mean": 872_456.0,
    "deviation": 500_518.0,
    "quantile": PAPER_QUANTILE,
    "confidence": normal_cdf(PAPER_QUANTILE),
    "periods": 1.0,
    "unit_price": 0.29,
    "distance": 1000.0,
    "law": "power",
    "exponent": 1.0,
    "shape_a": 1.0,
    "shape_b": 1.0,
}
UNIFORM: Final = 1.0
CURVES: Final = 6
"""Most curves of one picture."""


@app.command()
def line(
    parameters: ParametersOption = None,
    given: SetOption = None,
    table: Annotated[
        bool, typer.Option("--table", help="Table 8: also with a tenth more volume, a tenth less p.")
    ] = False,
    best: Annotated[bool, typer.Option("--best-rate", help="Seek the rate with the highest profit.")] = False,
    ceiling: Annotated[float | None, typer.Option("--ceiling", help="With --best-rate: highest rate allowed.")] = None,
    response: Annotated[
        float | None,
        typer.Option(
            "--response",
            help="With --best-rate: rise of the default's log-odds a unit of rate; default_probability holds at "
            "`rate`, p is higher above it and lower below.",
        ),
    ] = None,
    form: FormOption = "text",
    output: OutputOption = None,
    plot: PlotOption = None,
) -> None:
    """Line at which a bank's expected profit is highest, out of a core enterprise's guarantee (paper 004).

    Without --set it is the paper's experiment at 10 %. Parameters: rate, cost_rate, default_probability; mean,
    deviation (tons), periods, unit_price, distance, of which the guarantee is made, with quantile, Z, how many
    deviations it lies below the mean, 1.65 as printed, or confidence, the share alpha of cases that stay above it,
    whose exact Z is taken, 1.6449 at 0.95; law, power or beta, of what is repaid as a share of the most that can be;
    exponent of the power law, 1 being the paper's uniform one; shape_a and shape_b of the beta law. Profit rises with
    the rate for ever, so that --best-rate wants a ceiling, or a default probability that answers.

    \b
    Example, the printed line of 247,913, whose digits are transposed:
        scfin line                                   line 247931.208
    Example, the exact Z: scfin line --set confidence=0.95
                                                 guarantee 14261374.18
    Example, Table 8: scfin line --set rate=0.07:0.15:9 --table --form csv
    Example, profit by line: scfin line --set rate=0.10,0.12 --plot profit.png
    Example, a rate: scfin line --best-rate --set rate=0.07 --response 20
    """
    check_targets({"--parameters": parameters, "--output": output, "--plot": plot})
    if not best:
        require_left_out({"--ceiling": ceiling, "--response": response}, "left out without --best-rate")
    if best and table:
        raise InvalidInput("--table", table, "left out with --best-rate")
    if best or table:
        require_left_out({"--plot": plot}, f"left out with {'--best-rate' if best else '--table'}")
    sets = parameter_sets(DEFAULTS, file=parameters, given=given)
    for one in sets:
        _require_fitting(one)
    if (best or table) and any(one["law"] != "power" or one["exponent"] != UNIFORM for one in sets):
        raise InvalidInput("--best-rate" if best else "--table", True, "used with the paper's uniform law")
    if best and response is None and any(one["rate"] != DEFAULTS["rate"] for one in sets):
        raise InvalidInput(
            "rate", sets[0]["rate"], "left out where --best-rate seeks it and no --response refers to it"
        )
    if plot is not None and (len(sets) > CURVES or any(one["law"] != "power" for one in sets)):
        raise InvalidInput("--plot", f"{len(sets)} sets", f"of at most {CURVES} sets, of the power law")
    swept = varying(sets)
    guarantees = [_guarantee(one) for one in sets]
    if best:
        rows = [_rated(one, guarantee, ceiling, response) for one, guarantee in zip(sets, guarantees, strict=True)]
    elif table:
        rows = [_scenario(one, guarantee) for one, guarantee in zip(sets, guarantees, strict=True)]
    else:
        rows = [_lined(one, guarantee) for one, guarantee in zip(sets, guarantees, strict=True)]
    show(
        [{name: one[name] for name in swept} | row for one, row in zip(sets, rows, strict=True)],
        form=form,
        output=output,
    )
    if plot is not None:
        from scfin_chain.pictures import line as pictures  # matplotlib takes a second to load
        from scfin_chain.pictures import style

        names = [", ".join(f"{name} {one[name]}" for name in swept) or f"rate {one['rate']}" for one in sets]
        curves = [
            (name, _lending(one, guarantee), float(one["exponent"]))
            for name, one, guarantee in zip(names, sets, guarantees, strict=True)
        ]
        style.save(pictures.profit_figure(curves), plot)


def _require_fitting(one: Mapping[str, Any]) -> None:
    """Refuse a law that is none, parameters of the law that is not taken, and a confidence that gives no quantile."""
    others = {"power": ("shape_a", "shape_b"), "beta": ("exponent",)}
    if one["law"] not in others:
        raise InvalidInput("law", one["law"], "power or beta")
    for name in others[one["law"]]:
        if one[name] != DEFAULTS[name]:
            raise InvalidInput(name, one[name], f"left out: the law is {one['law']}")
    if not 0.5 <= one["confidence"] < 1.0:
        raise InvalidInput("confidence", one["confidence"], "a number in [0.5, 1)")
    if all(one[name] != DEFAULTS[name] for name in ("confidence", "quantile")):
        raise InvalidInput("confidence", one["confidence"], "left out beside quantile, which it gives")


def _guarantee(one: Mapping[str, Any]) -> float:
    exact = one["confidence"] != DEFAULTS["confidence"]
    return freight_guarantee(
        BusinessVolume(mean=one["mean"], deviation=one["deviation"]),
        Freight(unit_price=one["unit_price"], distance=one["distance"]),
        quantile=normal_quantile(one["confidence"]) if exact else one["quantile"],
        periods=one["periods"],
    )


def _lending(one: Mapping[str, Any], guarantee: float) -> Lending:
    cap = credit_cap(guarantee, default_probability=one["default_probability"])
    return Lending(rate=one["rate"], cost_rate=one["cost_rate"], cap=cap)


def _lined(one: Mapping[str, Any], guarantee: float) -> dict[str, object]:
    lending = _lending(one, guarantee)
    row: dict[str, object] = {"guarantee": guarantee, "cap": lending.cap, "critical_ratio": lending.critical_ratio}
    if one["law"] == "beta":
        for name in ("shape_a", "shape_b"):
            if not one[name] > 0.0:
                raise InvalidInput(name, one[name], "above 0")
        from scipy import stats  # half a second to load

        law = stats.beta(one["shape_a"], one["shape_b"], scale=lending.cap * (1.0 + lending.rate))
        found = optimal_line_under(lending, law)
        row |= {"line": found.line, "profit": found.profit, "zero_at": None, "capped": found.capped}
        return row | _elasticities({**one, "exponent": None})
    best = optimal_line(lending, exponent=one["exponent"])
    row |= {"line": best.line, "profit": best.profit, "zero_at": best.zero_at, "capped": False}
    return row | _elasticities(one)


def _elasticities(one: Mapping[str, Any]) -> dict[str, object]:
    """Of the line, under the uniform law; none where there is no line."""
    names = ("elasticity_guarantee", "elasticity_default", "elasticity_rate", "elasticity_cost")
    if one["exponent"] != UNIFORM or one["rate"] <= one["cost_rate"]:
        return dict.fromkeys(names)
    slopes = line_elasticities(
        rate=one["rate"], cost_rate=one["cost_rate"], default_probability=one["default_probability"]
    )
    pairs = (slopes.guarantee, slopes.default_probability, slopes.rate, slopes.cost_rate)
    return {name: pair[0] for name, pair in zip(names, pairs, strict=True)}


def _scenario(one: Mapping[str, Any], guarantee: float) -> dict[str, object]:
    (found,) = line_scenarios(
        [one["rate"]],
        guarantee=guarantee,
        default_probability=one["default_probability"],
        cost_rate=one["cost_rate"],
    )
    return {
        "line": found.basic.line,
        "profit": found.basic.profit,
        "line_more_volume": found.more_volume.line,
        "profit_more_volume": found.more_volume.profit,
        "line_safer": found.safer.line,
        "profit_safer": found.safer.profit,
    }


def _rated(
    one: Mapping[str, Any], guarantee: float, ceiling: float | None, response: float | None
) -> dict[str, object]:
    probability: float | RateResponse = one["default_probability"]
    if response is not None:
        probability = RateResponse(
            default_probability=one["default_probability"], reference_rate=one["rate"], slope=response
        )
    found = best_rate(guarantee, cost_rate=one["cost_rate"], default_probability=probability, ceiling=ceiling)
    return {"best_rate": found.rate, "at_ceiling": found.at_ceiling, "line": found.line, "profit": found.profit}
