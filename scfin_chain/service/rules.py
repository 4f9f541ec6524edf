"""The rules by which one bank decides: the settings in the models' own terms, with the hash that is signed."""

from dataclasses import asdict, dataclass
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
from scfin_chain.models.horizon import Horizon
from scfin_chain.service.book import Graces
from scfin_chain.service.canonical import digest
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

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """The rules that the settings describe.

        Raises
        ------
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
        )
        rules._try_every_rating()
        return rules

    @property
    def quantile(self) -> float:
        """Z of the guarantee."""
        return normal_quantile(self.confidence)

    def _try_every_rating(self) -> None:
        """Better refused now than at the first request: what the bank earns and pays depends on the rating alone."""
        for band in RATING_TABLE:
            for supervised in (False, True):
                price = price_programme(self.programme, band, firms=1, supervised=supervised)
                Lending(rate=price.earning, cost_rate=price.cost, cap=0.0)

    def to_json(self) -> dict[str, object]:
        """Names and versions of the models, and every parameter as a decimal string."""
        return {"models": dict(MODEL_VERSIONS), "parameters": _decimals(asdict(self))}

    @property
    def model_hash(self) -> bytes:
        """SHA-256 of the canonical form: 32 bytes."""
        return digest(self.to_json())


def _decimals(value: object) -> object:
    if isinstance(value, dict):
        return {name: _decimals(item) for name, item in value.items()}
    return str(value)
