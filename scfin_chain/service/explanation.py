"""A stored decision, told as a person would want to read it, with the papers' own special cases beside it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select

from scfin_chain.config import Settings
from scfin_chain.errors import InvalidInput
from scfin_chain.models import (
    Lateness,
    Lending,
    RepaymentRecord,
    conventional_quote,
    optimal_line,
    predictive_line,
    price_programme,
    rate_record,
    repayment_law,
)
from scfin_chain.models.horizon import Horizon
from scfin_chain.models.rating import PaymentRecord, Rating, RatingBand
from scfin_chain.service.rules import Rules
from scfin_chain.store.store import Store
from scfin_chain.store.tables import DERIVED, DecisionRow, NameRow, table_of
from scfin_chain.units import shown

DECISIONS = table_of(DecisionRow)
NAMES = table_of(NameRow)
FINANCINGS = DERIVED["financing"]

PAPER_QUOTE = conventional_quote(
    base=0.0475, average_cost=0.0022, risk_premium=0.0125, term_premium=0.0, target_margin=0.015
)
"""Paper 003's conventional quote of the same loan, a yearly fraction."""


def explain(store: Store, financing: int) -> str:
    """The text.

    Raises
    ------
    InvalidInput
        The database holds no decision on that financing.
    """
    if not 0 < financing < 2**63:
        raise InvalidInput("FINANCING", financing, "a decided financing")
    with store.read() as connection:
        row = connection.execute(select(DECISIONS).where(DECISIONS.c.financing == financing)).mappings().first()
        state = connection.execute(select(FINANCINGS.c.state).where(FINANCINGS.c.id == financing)).scalar()
        names = {row.participant: row.name for row in connection.execute(select(NAMES))}
        known = connection.execute(select(DECISIONS.c.financing).order_by(DECISIONS.c.financing.desc())).scalar()
    if row is None:
        limit = f"a decided financing, 1 to {known}" if known else "a decided financing; there is none"
        raise InvalidInput("FINANCING", financing, limit)
    run = store.run
    rules = _rules_of(Settings.model_validate(run.settings if run else {}))
    return "\n".join(_lines(dict(row), str(state), names, rules))


def _rules_of(settings: Settings) -> Rules:
    """Without a fitted model, whose file may be gone: what it said is stored with the decision."""
    score = settings.score.model_copy(update={"fitted_model": ""})
    return Rules.from_settings(settings.model_copy(update={"score": score}))


def _lines(row: dict[str, Any], state: str, names: Mapping[int, str], rules: Rules) -> Iterator[str]:
    facts, outputs, signed = row["inputs"], row["outputs"], row["signed"]
    days = (date.fromisoformat(facts["maturity"]) - date.fromisoformat(facts["day"])).days
    verdict = "approved" if row["verdict"] == "approve" else f"refused: {row['reason']}"
    yield f"Financing {row['financing']}, asked on {facts['day']}: {verdict} (now {state})"
    yield ""
    yield f"  holder       {_who(facts['holder'], names)}"
    yield f"  issuer       {_who(facts['issuer'], names)}"
    yield f"  programme    {_who(facts['programme'], names)}"
    yield f"  credit       {shown(facts['face'])}, due {facts['maturity']}, in {days} days"
    if row["verdict"] == "approve":
        yield f"  advance      {shown(signed['price'])} for a claim of {shown(signed['claim'])}"
        yield f"  haircut      {shown(facts['face'] - signed['claim'])}: the holder's first loss, paid last"
    if len(outputs["binding"]) > 1:
        yield f"  also against {', '.join(outputs['binding'][1:])}"
    yield from _score(facts, outputs)
    yield from _supervision(facts, outputs)
    yield from _price(outputs, rules)
    yield from _line(facts, outputs, rules)
    yield from _special_cases(facts, outputs, rules)
    yield ""
    yield "Signed on chain"
    yield f"  model hash   {row['model_hash']}"
    yield f"  inputs hash  {row['inputs_hash']}"


def _score(facts: dict[str, Any], outputs: dict[str, Any]) -> Iterator[str]:
    band = outputs["band"]
    yield ""
    if "risk" in outputs:
        yield from _fitted(facts, outputs["risk"], band)
        return
    yield "1  Score and rating (paper 003, Table 2)"
    yield f"   {facts['obligations_prompt']} of {facts['obligations_due']} obligations of the issuer paid promptly"
    yield f"   score {outputs['score']:.2f} = 100 (m + 2.72) / (n + 4)"
    if band is None:
        yield "   below 40: no rating, no price, no line"
        return
    loss = "none" if band["loss_given_default"] is None else _percent(band["loss_given_default"])
    two, one = _percent(band["default_probability"]), _percent(outputs["one_year_default"])
    yield f"   rating {band['rating']}: default {two} in two years, {one} in one; loss given default {loss}"


def _fitted(facts: dict[str, Any], risk: dict[str, Any], band: dict[str, Any] | None) -> Iterator[str]:
    indicators = ", ".join(f"{name} {value:.4f}" for name, value in risk["indicators"].items())
    yield f"1  Probability of default (paper 004, fitted model {risk['version'][:12]})"
    yield f"   {facts['obligations_prompt']} of {facts['obligations_due']} obligations of the issuer paid promptly"
    yield f"   {indicators or 'no indicators'}: log-odds {risk['log_odds']:.4f}"
    yield f"   default {_percent(risk['probability'])}, horizon of the model in years: {risk['years']:g}"
    if band is None:
        yield "   more than the lowest row of the rating table: no rating, no price, no line"
        return
    two, loss = _percent(band["default_probability"]), _percent(band["loss_given_default"])
    yield f"   as rating {band['rating']}: default {two} in two years; loss given default {loss}"


def _supervision(facts: dict[str, Any], outputs: dict[str, Any]) -> Iterator[str]:
    game = outputs["game"]
    believed = RepaymentRecord(repaid=facts["programme_repaid"], due=facts["programme_due"]).belief
    yield ""
    yield "2  Supervision (paper 001)"
    repaid, due = facts["programme_repaid"], facts["programme_due"]
    yield f"   {repaid} of {due} obligations of the programme repaid before default"
    yield f"   believed share y = {believed:.4f}: {outputs['supervision']}; supervised: {_yes(outputs['supervised'])}"
    alone, watched = game["unsupervised_gain"], game["supervised_gain"]
    yield f"   firm's gain from repaying: unsupervised {alone:g}, supervised {watched:g}"
    fifth = f"x* = {game['x']:.4f}, y* = {game['y']:.4f}; " if "x" in game else ""
    yield f"   {fifth}{game['condition']}; stable points: {', '.join(game['stable']) or 'none'}"


def _price(outputs: dict[str, Any], rules: Rules) -> Iterator[str]:
    price = outputs["price"]
    if price is None:
        return
    yield ""
    yield "3  Programme price (paper 003, equation 1.1)"
    rate, limit = _percent(price["rate"]), _percent(price["limit"])
    yield f"   N = {outputs['firms']} firms; break-even i = {rate}, for ever more firms {limit}"
    corridor = f"{rules.programme.floor / 100:.2f} to {rules.programme.cap / 100:.2f} %"
    bound = "the floor binds" if price["floor_binds"] else "above the cap" if price["above_cap"] else "inside"
    yield f"   corridor {corridor}: {bound}; quoted {price['quoted'] / 100:.2f} % a year"
    yield f"   the option's share is {_percent(price['subsidy'])} a year, never received in cash"
    yield (
        f"   the bank must earn r = {_percent(price['earning'])}, pays c = {_percent(price['cost'])}; "
        f"q = (r - c)/(1 + r) = {outputs['critical_ratio']:.6f}"
    )


def _line(facts: dict[str, Any], outputs: dict[str, Any], rules: Rules) -> Iterator[str]:
    line = outputs["line"]
    if line is None:
        return
    months = ", ".join(shown(volume) for volume in facts["volumes"]) or "none yet"
    declared = rules.declared_month or facts["first_credit"]
    wanted = facts["advanced"] + outputs["advance"]
    yield ""
    yield "4  Line of the pair (paper 004)"
    yield f"   whole months of credit kept: {months}; declared month {shown(declared)} fills up to 3"
    mean, deviation = round(line["volume"]["mean"]), round(line["volume"]["deviation"])
    yield f"   mean {shown(mean)}, deviation {shown(deviation)} a month"
    yield f"   guarantee G {shown(round(line['guarantee']))} a year; after default M {shown(round(line['cap']))}"
    paid, late = facts["obligations_paid"], facts["late_days"]
    yield f"   {paid} payments, {late} days late in all: alpha = {line['exponent']:.4f}"
    limit = shown(outputs["line_limit"])
    yield f"   L* = M q^(1/alpha) = {limit}; asked {shown(wanted)}, of it out {shown(facts['advanced'])}"


def _special_cases(facts: dict[str, Any], outputs: dict[str, Any], rules: Rules) -> Iterator[str]:
    price, line = outputs["price"], outputs["line"]
    band = _band_of(outputs["band"])
    yield ""
    yield "The papers' own cases beside it"
    if "risk" in outputs:
        row = rate_record(PaymentRecord(prompt=facts["obligations_prompt"], due=facts["obligations_due"]))
        told = "no rating" if row is None else f"{row.rating}, default {_percent(row.default_probability)} in two years"
        yield f"   003, the rating table: {told}"
    yield f"   003, conventional quote: {_percent(PAPER_QUOTE)}"
    if band is None or price is None:
        return
    yield f"   003, price without floor and cap: {_percent(price['rate'])}"
    printed = replace(rules.programme, return_years=Horizon.ONE_YEAR)
    yearly = price_programme(printed, band, firms=outputs["firms"], supervised=outputs["supervised"])
    yield f"   003, required return for one year as printed: {_percent(yearly.rate)}"
    if line is None:
        return
    lending = Lending(rate=price["earning"], cost_rate=price["cost"], cap=line["cap"])
    yield f"   004, uniform law (alpha = 1): L* = {shown(int(optimal_line(lending).line))}"
    law = repayment_law(Lateness(paid=facts["obligations_paid"], late_days=facts["late_days"]), prior=rules.prior)
    yield f"   004, with the exponent's own uncertainty: L = {shown(int(predictive_line(lending, law)))}"


def _band_of(stored: dict[str, Any] | None) -> RatingBand | None:
    return None if stored is None else RatingBand(**stored | {"rating": Rating(stored["rating"])})


def _who(participant: int, names: Mapping[int, str]) -> str:
    return f"{names[participant]} (#{participant})" if participant in names else f"#{participant}"


def _percent(share: float) -> str:
    return f"{share * 100:.2f} %"


def _yes(value: bool) -> str:
    return "yes" if value else "no"
