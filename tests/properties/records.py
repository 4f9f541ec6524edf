"""What the reference ledger consists of: statuses, records, and the reasons for which an act is refused."""

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum, IntEnum, auto


class Reason(Enum):
    """Why the rules refuse an act."""

    WRONG_SENDER = auto()
    NOT_VALID = auto()
    FROZEN = auto()
    OVER_CAP = auto()
    SHORT = auto()
    PAUSED = auto()
    WRONG_STATUS = auto()
    OUT_OF_RANGE = auto()
    TOO_MUCH = auto()
    OVER_LIMIT = auto()
    DUPLICATE = auto()
    MISSPELT = auto()
    NOT_DELIVERED = auto()
    PAST = auto()
    TOO_EARLY = auto()
    MATURED = auto()
    SEALED = auto()
    EXPIRED = auto()
    FORGED = auto()
    MISMATCH = auto()
    LATE = auto()
    WRONG_PRICE = auto()


class Settling(IntEnum):
    """How far the cash of an id is."""

    LIVE, COLLECTED, CLOSED = range(3)


class Stand(IntEnum):
    """Where a financing stands."""

    NONE, REQUESTED, FUNDED, REFUSED, CANCELLED, EXPIRED, SETTLED = range(7)


@dataclass(slots=True)
class Party:
    """A participant."""

    roles: int
    until: int
    suspended: bool = False


@dataclass(slots=True)
class Receivable:
    """A record, and where its face is."""

    creditor: str
    debtor: str
    number: bytes
    document_type: int
    due: int
    delivery_required: bool
    documents: int
    free: int
    tokenised: int = 0
    settled: int = 0
    disputed: int = 0
    milestone: int = 0
    confirmed: bool = False

    @property
    def face(self) -> int:
        return self.free + self.tokenised + self.settled + self.disputed


@dataclass(slots=True)
class Lot:
    """The tokens of one receivable, and the cash that came in for them."""

    balances: Counter[str] = field(default_factory=Counter)
    sealed: bool = False
    status: Settling = Settling.LIVE
    tried: bool = False
    defaulted: bool = False
    principal: int = 0
    held: int = 0
    fee: int = 0
    fee_day: int = 0


@dataclass(slots=True)
class Financing:
    """A request and what became of it; `lot` is the receivable of the pledged tokens."""

    lot: int
    holder: str
    face: int
    expires: int
    status: Stand = Stand.REQUESTED
    bank: str = ""
    claim: int = 0
