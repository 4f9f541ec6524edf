"""What is known of a request on its day: whole numbers and days, nothing later than the request."""

from dataclasses import asdict, dataclass

from scfin_chain.units import (
    LAST_DAY,
    CreditId,
    Day,
    FinancingId,
    Money,
    ParticipantId,
    ProgrammeId,
    date_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFacts:
    """Everything that enters a decision; it is stored with it, and its hash is signed.

    ``volumes`` are the pair's last whole months of credit received less credit paid on, oldest first; ``first_credit``
    is the first credit that the holder ever had of the issuer.
    """

    financing: FinancingId
    day: Day
    bank: ParticipantId
    holder: ParticipantId
    issuer: ParticipantId
    programme: ProgrammeId
    credit: CreditId
    face: Money
    maturity: Day
    confirmed: bool
    disputed: Money
    obligations_due: int
    obligations_prompt: int
    obligations_paid: int
    late_days: int
    issuer_in_default: bool
    programme_due: int
    programme_repaid: int
    last_supervised: bool | None
    firms_financed: int
    volumes: tuple[Money, ...]
    first_credit: Money
    advanced: Money
    line_limit: Money
    line_used: Money

    def to_json(self) -> dict[str, object]:
        """The facts as they are hashed: integers, and days as ISO dates.

        The contracts know days after the calendar's last, which then stands for them; the credit's number tells which.
        """
        values = asdict(self)
        return values | {name: date_of(min(values[name], LAST_DAY)).isoformat() for name in ("day", "maturity")}
