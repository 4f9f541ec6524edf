"""The rules by which one bank decides: the settings in the models' own terms, with the hash that is signed."""

from dataclasses import asdict, dataclass, replace
from typing import Self

from scfin_chain.config import Settings
from scfin_chain.models import (
    MODEL_VERSIONS,
    RATING_TABLE,
    Game,
    Lending,
    ProgrammeTerms,
    SupervisionStakes,
    normal_quantile,
    price_programme,
)
from scfin_chain.models.default_model.model import DefaultModel
from scfin_chain.models.horizon import Horizon
from scfin_chain.service.book import Graces
from scfin_chain.service.canonical import digest
from scfin_chain.service.default_risk import read_model
from scfin_chain.units import BASIS, BasisPoints, Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a decision depends on besides the facts."""

    programme: ProgrammeTerms
    advance_bps: BasisPoints
    declared_firms: int
    declared_month: Money
    """0: the pair's first credit."""
    least_days: int
    confidence: float
    prior: float
    game: Game
    stakes: SupervisionStakes
    graces: Graces
    model: DefaultModel | None = None
    """Takes the rating table's place."""

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """The rules that the settings describe, with the fitted model of the file that they name.

        Raises
        ------
        InvalidInput
            The file cannot be read, or its model is none for these settings.
        ModelDomainError
            The settings together lead a model outside its domain.
        """
        pricing, line, game = settings.pricing, settings.line, settings.supervision
        stakes = SupervisionStakes(
            credit_cost=game.credit_cost,
            technology_cost=game.technology_cost,
            monitoring_cost=game.monitoring_cost,
            supervised_penalty=game.supervised_penalty,
            unsupervised_penalty=game.unsupervised_penalty,
        )
        own = {"advance_bps", "declared_firms", "floor_bps", "cap_bps", "compounding", "return_years"}
        rules = cls(
            programme=ProgrammeTerms(
                **pricing.model_dump(exclude=own),
                advance_rate=pricing.advance_bps / BASIS,
                compounding=Horizon(pricing.compounding),
                return_years=Horizon(pricing.return_years),
                supervised_share=(game.technology_cost + game.monitoring_cost) / game.credit_cost,
                floor=BasisPoints(pricing.floor_bps),
                cap=BasisPoints(pricing.cap_bps),
            ),
            advance_bps=BasisPoints(pricing.advance_bps),
            declared_firms=pricing.declared_firms,
            declared_month=Money(line.declared_month),
            least_days=line.least_days,
            confidence=line.confidence,
            prior=line.prior,
            game=Game(**game.model_dump(exclude={"grace_days"})),
            stakes=stakes,
            graces=Graces(
                score_days=settings.score.grace_days,
                programme_days=game.grace_days,
                default_days=settings.ledger.default_days,
            ),
            model=None
            if not settings.score.fitted_model
            else read_model(settings.score.fitted_model, grace_days=settings.score.grace_days),
        )
        rules._try_every_rating()
        return rules

    @property
    def quantile(self) -> float:
        """Z of the guarantee."""
        return normal_quantile(self.confidence)

    def _try_every_rating(self) -> None:
        """Better refused now than at the first request: what the bank earns and pays depends on the rating alone."""
        for row in RATING_TABLE:
            band = row if self.model is None else replace(row, loss_given_default=self.model.loss_given_default)
            for supervised in (False, True):
                price = price_programme(self.programme, band, firms=1, supervised=supervised)
                Lending(rate=price.earning, cost_rate=price.cost, cap=0.0)

    def to_json(self) -> dict[str, object]:
        """Names and versions of the models, and every parameter as a decimal string.

        A fitted model is there by its version, which covers all that is in it.
        """
        parameters = asdict(self)
        del parameters["model"]
        fitted = {} if self.model is None else {"fitted_default": self.model.version}
        return {"models": dict(MODEL_VERSIONS) | fitted, "parameters": _decimals(parameters)}

    @property
    def model_hash(self) -> bytes:
        """SHA-256 of the canonical form: 32 bytes."""
        return digest(self.to_json())


def _decimals(value: object) -> object:
    if isinstance(value, dict):
        return {name: _decimals(item) for name, item in value.items()}
    return str(value)
