"""A fitted model of default in place of the rating table: read from its file, asked about the facts of a request."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scfin_chain.errors import InvalidInput
from scfin_chain.files import LARGEST_DOCUMENT, read_text
from scfin_chain.models.default_model.document import model_from_json
from scfin_chain.models.default_model.history import HISTORY_INDICATORS, PaymentHistory
from scfin_chain.models.default_model.model import DefaultModel
from scfin_chain.service.facts import RequestFacts

FIELD = "score.fitted_model"
"""The setting that names the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedRisk:
    """What a fitted model says of an issuer, for the record.

    ``probability`` is over ``years``; ``indicators`` are those that the model has.
    """

    version: str
    indicators: Mapping[str, float]
    log_odds: float
    probability: float
    years: float


def read_model(path: str, *, grace_days: int) -> DefaultModel:
    """The model of a file, which ``scfin default fit`` wrote.

    Raises
    ------
    InvalidInput
        The file cannot be read or is no such model; it has an indicator that no facts give; or it was fitted with other
        days of grace than those by which the service counts prompt payments.
    """
    text = read_text(Path(path), field=FIELD, most=LARGEST_DOCUMENT)
    try:
        model = model_from_json(text)
    except InvalidInput as error:
        raise InvalidInput(FIELD, path, f"a fitted model ({error})") from error
    for name in model.fit.indicators:
        if name not in HISTORY_INDICATORS:
            limit = f"a model of what is known of a request, {', '.join(HISTORY_INDICATORS)}; it has {name!r}"
            raise InvalidInput(FIELD, path, limit)
    if model.proxy is not None and model.proxy.grace_days != grace_days:
        limit = f"fitted with the days of grace of score.grace_days, {grace_days}, not {model.proxy.grace_days}"
        raise InvalidInput(FIELD, path, limit)
    return model


def risk_of(facts: RequestFacts, model: DefaultModel) -> FittedRisk:
    """What the model says of the issuer as it is known on the day of the request."""
    history = PaymentHistory(
        prompt=facts.obligations_prompt,
        paid=facts.obligations_paid,
        due=facts.obligations_due,
        late_days=facts.late_days,
    )
    indicators = {name: history.indicators[name] for name in model.fit.indicators}
    return FittedRisk(
        version=model.version,
        indicators=indicators,
        log_odds=model.fit.log_odds(tuple(indicators.values())),
        probability=model.fit.probability(indicators),
        years=model.years,
    )
