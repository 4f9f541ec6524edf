"""What several resources share: amounts, days, pages, and the two answers to a write."""

import datetime as dt
import re
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from sqlalchemy import RowMapping

from scfin_chain.service.service import CURRENCY
from scfin_chain.units import LAST_DAY, Day, date_of

LARGEST_AMOUNT = 2**63 - 1
"""Minor units: what a receivable's face may be at most, and what the database holds."""

FIRST_DAY = dt.date(1970, 1, 1)
"""Day 0 of the ledger."""

T = TypeVar("T")


def _day(value: object) -> dt.date:
    """A day as RFC 3339 spells it, and nothing else that a date might be read from."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        day = dt.date.fromisoformat(value)
        if day >= FIRST_DAY:
            return day
    raise ValueError(f"must be a day, YYYY-MM-DD, not before {FIRST_DAY}")


def _within(text: str) -> str:
    if int(text) > LARGEST_AMOUNT:
        raise ValueError(f"must be at most {LARGEST_AMOUNT}")
    return text


MinorUnits = Annotated[str, StringConstraints(pattern=r"^(0|[1-9][0-9]{0,18})$"), AfterValidator(_within)]
"""A whole number of minor units as text, since a JSON number is a float to many."""

DayText = Annotated[dt.date, BeforeValidator(_day)]
"""A day in a request."""

Number = Annotated[int, Field(ge=1, le=2**53 - 1)]
"""Of a receivable, financing, command: counted from 1."""

ParticipantNumber = Annotated[int, Field(ge=1, le=2**32 - 1)]
"""Of a participant: counted from 1, 32 bits on the ledger."""

CreditNumber = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,77}$")]
"""An ERC-1155 id: 256 bits, as decimal text."""

Hash = Annotated[str, StringConstraints(pattern=r"^0x[0-9a-f]{64}$")]
"""32 bytes, hex."""

AccountText = Annotated[str, StringConstraints(pattern=r"^0x[0-9a-fA-F]{40}$")]
"""20 bytes, hex."""


class Strict(BaseModel):
    """A request's body: an unknown field is an error, and so is a value of another type, however alike."""

    model_config = ConfigDict(extra="forbid", strict=True)


def example(**values: object) -> ConfigDict:
    """The configuration of a body that shows itself."""

    def add(schema: dict[str, Any]) -> None:
        schema["examples"] = [values]

    return ConfigDict(json_schema_extra=add)


class Amount(Strict):
    """Money: whole minor units as text, and their currency."""

    model_config = example(amount="100000", currency="CNY")

    amount: MinorUnits
    currency: Literal["CNY"] = CURRENCY

    @classmethod
    def of(cls, units: int) -> "Amount":
        return cls(amount=str(units))

    @property
    def units(self) -> int:
        return int(self.amount)


class Page(BaseModel, Generic[T]):
    """Some of a list, oldest first; ``next`` is the ``after`` of the page that follows, null on the last."""

    items: list[T]
    next: str | None


class ToldEvent(BaseModel):
    """An event of the ledger, decoded; whole numbers are text, for an id has 256 bits."""

    contract: str
    name: str
    body: dict[str, str | bool]

    @classmethod
    def of(cls, row: RowMapping) -> "ToldEvent":
        body = {key: value if isinstance(value, bool) else str(value) for key, value in row["body"].items()}
        return cls(contract=row["contract"], name=row["name"], body=body)


class Written(BaseModel):
    """A write that the service signs: where it stands, and what the ledger told of it."""

    command: int
    state: Literal["queued", "sent", "done"]
    id: Annotated[str | None, Field(description="Number of what was made, once it is.")] = None
    transaction: str | None = None
    block: int | None = None
    events: Annotated[list[ToldEvent], Field(description="Those that the caller may see.")] = []


class Prepared(BaseModel):
    """A write for who holds the key: sign this EIP-1559 transaction, and post it to /v1/transactions."""

    chain_id: int
    type: Literal[2] = 2
    sender: str
    to: str
    nonce: int
    gas: str
    max_fee_per_gas: str
    max_priority_fee_per_gas: str = "0"
    value: str
    data: str
    unsigned: str
    """The bytes to be hashed (keccak) and signed: 0x02 and the RLP of the fields."""


def iso(day: int | None) -> dt.date | None:
    """A day number as a date; beyond the calendar's end there is none."""
    return None if day is None or day > LAST_DAY else date_of(Day(day))
