"""The command that prices a relationship (paper 003)."""

from collections.abc import Mapping, Sequence
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
    PRINTED_RELATIONSHIP,
    Horizon,
    Relationship,
    RelationshipPrice,
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
CURVES: Final = 6
"""Most curves of one picture."""


@app.command()
def price(
    parameters: ParametersOption = None,
    given: SetOption = None,
    tornado: Annotated[bool, typer.Option("--tornado", help="Show which input moves the price most.")] = False,
    change: Annotated[
        float | None, typer.Option("--change", help="With --tornado: by this share, up and down; 0.1 without it.")
    ] = None,
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
    Example, a curve for each of two terms: scfin price --set volatility=0:0.5:11 --set years=1,2 --plot years.png
    Example, what moves it: scfin price --tornado --plot tornado.svg
    """
    check_targets({"--parameters": parameters, "--output": output, "--plot": plot})
    if not tornado:
        require_left_out({"--change": change}, "left out without --tornado")
    sets = parameter_sets(DEFAULTS, file=parameters, given=given)
    if tornado and len(sets) > 1:
        raise InvalidInput("--tornado", f"{len(sets)} sets of parameters", "used with one set")
    swept = varying(sets)
    across, curves = _curves(sets, swept)
    if plot is not None and len(curves) > CURVES:
        raise InvalidInput("--plot", f"{len(curves)} curves by {across}", f"of at most {CURVES}: sweep fewer at once")
    relationships = [_relationship(one) for one in sets]
    if tornado:
        swings = price_tornado(relationships[0], change=0.1 if change is None else change)
        show([_sensitivity(one) for one in swings], form=form, output=output)
    else:
        swings = ()
        priced = [price_relationship(relationship) for relationship in relationships]
        rows = [
            _row(one, relationship, found, swept)
            for one, relationship, found in zip(sets, relationships, priced, strict=True)
        ]
        show(rows, form=form, output=output)
    if plot is None:
        return
    from scfin_chain.pictures import pricing, style  # matplotlib takes a second to load

    if tornado:
        figure = pricing.tornado_figure(swings, price=price_relationship(relationships[0]).price.rate)
    elif across == "firms":
        named = [(name, relationships[places[0]]) for name, places in curves.items()]
        figure = pricing.firms_figure(named, asked=[relationship.firms for relationship in relationships])
    else:
        figure = pricing.sweep_figure(
            across,
            {
                name: sorted((float(sets[place][across]), priced[place].price.rate) for place in places)
                for name, places in curves.items()
            },
        )
    style.save(figure, plot)


def _curves(sets: Sequence[ParameterSet], swept: Sequence[str]) -> tuple[str, dict[str, list[int]]]:
    """What a picture has across, and its curves by name, each with the places of its sets.

    Across are the firms where they are swept or no other number is, and else the number of the most values.
    """
    numbers = [name for name in swept if not isinstance(sets[0][name], str)]
    across = "firms"
    if numbers and "firms" not in numbers:
        across = max(numbers, key=lambda name: len({one[name] for one in sets}))
    curves: dict[str, list[int]] = {}
    for place, one in enumerate(sets):
        name = ", ".join(f"{other} {one[other]}" for other in swept if other != across)
        curves.setdefault(name or "break-even price", []).append(place)
    return across, curves


def _relationship(one: Mapping[str, Any]) -> Relationship:
    switches = {}
    for name in ("compounding", "return_years"):
        if one[name] not in list(Horizon):
            raise InvalidInput(name, one[name], f"one of {', '.join(Horizon)}")
        switches[name] = Horizon(one[name])
    return Relationship(**{**one, **switches})


def _row(
    one: ParameterSet, relationship: Relationship, priced: RelationshipPrice, swept: Sequence[str]
) -> dict[str, object]:
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
