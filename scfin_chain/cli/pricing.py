"""The command that prices a relationship (paper 003)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
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
    parameter_sets,
    show,
    varying,
)
from scfin_chain.errors import InvalidInput
from scfin_chain.models import (
    PRINTED_RELATIONSHIP,
    Horizon,
    Relationship,
    Sensitivity,
    option_greeks,
    price_relationship,
    price_tornado,
)

DEFAULTS: Final[ParameterSet] = {
    **PRINTED_RELATIONSHIP.inputs,
    "compounding": PRINTED_RELATIONSHIP.compounding.value,
    "return_years": PRINTED_RELATIONSHIP.return_years.value,
}
CURVES = 6
"""Most curves of one picture."""


@app.command()
def price(
    parameters: ParametersOption = None,
    given: SetOption = None,
    tornado: Annotated[bool, typer.Option("--tornado", help="Show which input moves the price most.")] = False,
    change: Annotated[float, typer.Option("--change", help="With --tornado: by this share, up and down.")] = 0.1,
    form: FormOption = "text",
    output: OutputOption = None,
    plot: PlotOption = None,
) -> None:
    """Price at which a bank breaks even on a firm, with its option on the next sale (paper 003).

    Without --set it is the paper's company. Parameters: collateral, advance_rate, risk_free, years, volatility,
    tax_rate, firms, transfer_price, investigation_cost, selling_cost, default_probability, loss_given_default, hurdle,
    allocation, deposit_balance, deposit_return, reserve_return, required_reserve, excess_reserve, service_fees,
    commission; compounding and return_years, which are one_year or term. Rates are fractions a year, money is yuan.

    \b
    Example, the printed price of 6.58 %, which needs ten times the printed operating cost:
        scfin price                                  price 0.03949806366
        scfin price --set investigation_cost=100000 --set selling_cost=400000
                                                     price 0.06576715253
    Example, the price by the number of firms, negative below 2.61:
        scfin price --set firms=1,2,3,8,20 --plot firms.png
    Example, what moves it: scfin price --tornado --plot tornado.svg
    """
    sets = parameter_sets(DEFAULTS, file=parameters, given=given)
    relationships = [_relationship(one) for one in sets]
    if tornado:
        if len(relationships) > 1:
            raise InvalidInput("--tornado", f"{len(relationships)} sets of parameters", "used with one set")
        swings = price_tornado(relationships[0], change=change)
        show([_sensitivity(one) for one in swings], form=form, output=output)
    else:
        swings = ()
        rows = [
            _priced(one, relationship, varying(sets)) for one, relationship in zip(sets, relationships, strict=True)
        ]
        show(rows, form=form, output=output)
    if plot is not None:
        _plot(plot, sets, relationships, swings)


def _relationship(one: Mapping[str, Any]) -> Relationship:
    switches = {}
    for name in ("compounding", "return_years"):
        if one[name] not in list(Horizon):
            raise InvalidInput(name, one[name], f"one of {', '.join(Horizon)}")
        switches[name] = Horizon(one[name])
    return Relationship(**{**one, **switches})


def _priced(one: ParameterSet, relationship: Relationship, swept: Sequence[str]) -> dict[str, object]:
    priced = price_relationship(relationship)
    row: dict[str, object] = {name: one[name] for name in swept}
    row |= {
        "price": priced.price.rate,
        "negative": priced.price.negative,
        "limit": priced.price.limit,
        "firms_at_zero": priced.firms_at_zero,
        "option_value": priced.parts.option.value,
    }
    if swept:
        return row
    greeks = option_greeks(relationship.option())
    return row | {
        "strike": priced.parts.option.strike,
        "delta": greeks.delta,
        "gamma": greeks.gamma,
        "vega": greeks.vega,
        "theta": greeks.theta,
        "rho": greeks.rho,
        "advance": priced.parts.advance,
        "capital_cost": priced.parts.capital_cost,
        "operating_cost": priced.parts.operating_cost,
        "default_loss": priced.parts.default_loss,
        "required_return": priced.parts.required_return,
        "deposit_income": priced.parts.deposit_income,
        "service_income": priced.parts.service_income,
        "residual": priced.price.residual,
    }


def _sensitivity(one: Sensitivity) -> dict[str, object]:
    return {
        "input": one.name,
        "low": one.low,
        "high": one.high,
        "price_low": one.price_low,
        "price_high": one.price_high,
        "swing": one.swing,
        "slope": one.slope,
    }


def _plot(
    path: Path, sets: list[ParameterSet], relationships: list[Relationship], swings: tuple[Sensitivity, ...]
) -> None:
    from scfin_chain.pictures import pricing, style  # matplotlib takes a second to load

    style.require_format(path)
    swept = varying(sets)
    if swings:
        figure = pricing.tornado_figure(swings, price=price_relationship(relationships[0]).price.rate)
    elif not swept or swept == ["firms"]:
        most = max(40, *(relationship.firms for relationship in relationships))
        figure = pricing.firms_figure([("break-even price", relationships[0])], most=min(most, 100_000))
    elif len(swept) == 1 and not isinstance(sets[0][swept[0]], str):
        prices = [price_relationship(relationship).price.rate for relationship in relationships]
        figure = pricing.sweep_figure(swept[0], [float(one[swept[0]]) for one in sets], prices)
    elif len(relationships) <= CURVES:
        names = [", ".join(f"{name} {one[name]}" for name in swept) for one in sets]
        figure = pricing.firms_figure(list(zip(names, relationships, strict=True)))
    else:
        raise InvalidInput(
            "--plot", f"{len(sets)} sets over {', '.join(swept)}", f"a sweep of one number, or {CURVES} sets"
        )
    style.save(figure, path)
