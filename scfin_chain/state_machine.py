"""The ledger's state machine: a row for every call that may change something, who may make it, from where to where.

Tests hold the contracts to it, cell by cell: an outcome is the state that the call leads to, or the name of the error
that refuses it. No contract has a state-changing function outside the table.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, TypeAlias


class Who(Enum):
    """Callers in a scene: ISSUER owes HOLDER a receivable, HOLDER owes PAYEE a trade, and BANK funds a financing."""

    ADMIN = auto()
    REGISTRAR = auto()
    GUARDIAN = auto()
    COMPLIANCE = auto()
    COURT = auto()
    DECIDER = auto()
    STRANGER = auto()
    CREDIT_TOKEN = auto()
    CENTRAL_BANK = auto()
    BANK = auto()
    OTHER_BANK = auto()
    ISSUER = auto()
    OTHER_ISSUER = auto()
    HOLDER = auto()
    PAYEE = auto()
    CARRIER = auto()
    REGULATOR = auto()
    DESK = auto()
    SETTLEMENT = auto()


class Participant(Enum):
    """An account, as the registrar sees it. EXPIRED: past its last day."""

    NONE = auto()
    VALID = auto()
    SUSPENDED = auto()
    EXPIRED = auto()
    SYSTEM = auto()


class Trading(Enum):
    """Whether recharge, payWith, request and fund go on."""

    OPEN = auto()
    PAUSED = auto()


class Receivable(Enum):
    """A receivable. DELIVERED: registered, and the delivery attested."""

    NONE = auto()
    REGISTERED = auto()
    DELIVERED = auto()
    CONFIRMED = auto()


class Trade(Enum):
    """A receivable as what is paid with credit: between suppliers, so that no delivery need be attested."""

    NONE = auto()
    REGISTERED = auto()
    CONFIRMED = auto()


class Credit(Enum):
    """A token id. SEALED: a part came in before maturity. LATE: past the days to default.

    DUE and FAILED: the maturity day, before and after collection was tried in vain. OVERDUE: a later day.
    """

    NONE = auto()
    LIVE = auto()
    SEALED = auto()
    DUE = auto()
    FAILED = auto()
    OVERDUE = auto()
    LATE = auto()
    DEFAULTED = auto()
    COLLECTED = auto()
    CLOSED = auto()


class Financing(Enum):
    """A financing. LAPSED: requested, and past its last day."""

    NONE = auto()
    REQUESTED = auto()
    LAPSED = auto()
    FUNDED = auto()
    REFUSED = auto()
    CANCELLED = auto()
    EXPIRED = auto()
    SETTLED = auto()


class Payout(Enum):
    """What waits for a payee's claim."""

    NONE = auto()
    CLAIMABLE = auto()


State: TypeAlias = Participant | Trading | Receivable | Trade | Credit | Financing | Payout
Outcome: TypeAlias = State | str
"""The state that a call leads to, or the name of the error that refuses it."""

Cells: TypeAlias = tuple[tuple[State, Outcome], ...]

PASSES: Final = ""
"""In the place of an error's name: the call is not refused."""

OUTSIDERS = frozenset(
    {Who.ADMIN, Who.REGISTRAR, Who.GUARDIAN, Who.COMPLIANCE, Who.COURT, Who.DECIDER, Who.STRANGER, Who.CREDIT_TOKEN}
)
"""Those who are no participants."""


@dataclass(frozen=True, slots=True)
class Access:
    """Who may call; the error that other participants meet, that outsiders meet where it is another, and exceptions."""

    who: frozenset[Who]
    others: str = PASSES
    outsiders: str | None = None
    but: tuple[tuple[Who, str], ...] = ()

    def outcome_for(self, who: Who) -> str:
        """The error that this caller meets, or `PASSES`."""
        if who in self.who:
            return PASSES
        general = self.others if who not in OUTSIDERS or self.outsiders is None else self.outsiders
        return dict(self.but).get(who, general)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """The error met while a party is suspended or expired, or its cash all frozen; None where there is none."""

    payer_invalid: str | None = None
    """The payer is the one who acts, or whose cash or tokens move."""
    payer_frozen: str | None = None
    payee_invalid: str | None = None
    """The payee is the one who receives, or stands on the other side."""
    payee_frozen: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One call and its effect. ``case`` says which of several outcomes, ``paused`` what a pause of trading does.

    ``cells`` are complete for each object that the call concerns; a call that makes a new one has the cell NONE alone.
    """

    contract: str
    function: str
    effect: str
    access: Access
    cells: Cells = ()
    parties: Parties = Parties()
    paused: str = PASSES
    case: str = ""


def _only(*who: Who, others: str, outsiders: str | None = None, but: tuple[tuple[Who, str], ...] = ()) -> Access:
    return Access(frozenset(who), others, outsiders, but)


def _office(*who: Who) -> Access:
    return _only(*who, others="AccessControlUnauthorizedAccount")


def _cells(*moves: tuple[State, Outcome], otherwise: Outcome) -> Cells:
    """All states of the moves' kind: these as said, the rest `otherwise`."""
    named: dict[State, Outcome] = dict(moves)
    every: list[State] = list(type(moves[0][0]))
    return tuple((state, named.get(state, otherwise)) for state in every)


def _stay(*states: State) -> Cells:
    return tuple((state, state) for state in states)


def _all(outcome: Outcome, *states: State) -> Cells:
    return tuple((state, outcome) for state in states)


NOT_VALID: Final = "ParticipantNotValid"
LACKS_ROLE: Final = "ParticipantLacksRole"
CASH_PARTY: Final = "CashPartyNotValid"
PAUSED: Final = "ParticipantsTradingPaused"
NO_TOKENS: Final = "ERC1155InsufficientBalance"
CREDIT_SEALED: Final = "CreditIsSealed"
BAD_RECEIVABLE: Final = "ReceivableWrongStatus"
BAD_FINANCING: Final = "FinancingWrongStatus"
BAD_SETTLEMENT: Final = "SettlementWrongStatus"

ANYONE = Access(frozenset(Who))
ADMIN = _office(Who.ADMIN)
REGISTRAR, GUARDIAN = _office(Who.REGISTRAR), _office(Who.GUARDIAN)
CREDIT_TOKEN, DESK, SETTLEMENT = _office(Who.CREDIT_TOKEN), _office(Who.DESK), _office(Who.SETTLEMENT)
DEBTOR = _only(Who.ISSUER, others="ReceivableNotDebtor", outsiders=NOT_VALID)
ISSUER = _only(Who.ISSUER, others="SettlementNotIssuer")
NOBODY = _only(others="CreditBareTransfer")

ACTS = Parties(payer_invalid=NOT_VALID)
TRADES = Parties(payer_invalid=NOT_VALID, payee_invalid=NOT_VALID, payee_frozen=PASSES)
MOVES_CASH = Parties(
    payer_invalid=CASH_PARTY, payer_frozen="CashFrozen", payee_invalid=CASH_PARTY, payee_frozen="CashAccountFrozen"
)
GIVES = Parties(payer_invalid=PASSES, payer_frozen=PASSES)
RECEIVES = Parties(payee_invalid=PASSES, payee_frozen=PASSES)
OFFICE_MOVES = Parties(payee_invalid=CASH_PARTY, payee_frozen=PASSES)

_R, _T, _C, _F, _P = Receivable, Trade, Credit, Financing, Participant
_MATURE = (_C.DUE, _C.FAILED, _C.OVERDUE, _C.LATE, _C.DEFAULTED)
_UNPAID = (_C.LIVE, _C.SEALED, *_MATURE)
_TRADED = _cells((_C.NONE, NO_TOKENS), *_stay(_C.LIVE), *_all("CreditMatured", *_MATURE), otherwise=CREDIT_SEALED)
_HELD = _cells(*_stay(*_UNPAID, _C.COLLECTED), otherwise=NO_TOKENS)
_PLEDGED = _cells(*_stay(*_UNPAID, _C.COLLECTED), otherwise=BAD_FINANCING)
_CONFIRMED = _cells(*_stay(_R.CONFIRMED), otherwise=BAD_RECEIVABLE)
_EMPTY = (_C.NONE, "SettlementNothingOutstanding")
_PAID = _all(BAD_SETTLEMENT, _C.COLLECTED, _C.CLOSED)


def _administration(contract: str) -> tuple[Row, ...]:
    return (
        Row(contract, "grantRole", "an account gets a role", ADMIN),
        Row(contract, "revokeRole", "an account loses a role", ADMIN),
        Row(contract, "renounceRole", "the caller gives a role up", ANYONE),
    )


def _participants() -> tuple[Row, ...]:
    contract, unknown, system = "Participants", (_P.NONE, "ParticipantUnknown"), (_P.SYSTEM, "ParticipantIsSystem")
    suspends = _all(_P.SUSPENDED, _P.VALID, _P.EXPIRED)
    enrols = _cells((_P.NONE, _P.VALID), otherwise="ParticipantAlreadyEnrolled")
    pauses: Cells = ((Trading.OPEN, Trading.PAUSED), (Trading.PAUSED, PAUSED))
    resumes: Cells = ((Trading.OPEN, "ParticipantsTradingNotPaused"), (Trading.PAUSED, Trading.OPEN))
    return (
        Row(contract, "enrol", "an id", REGISTRAR, enrols),
        Row(
            contract,
            "suspend",
            "may neither act nor receive",
            REGISTRAR,
            _cells(unknown, system, *suspends, otherwise="ParticipantAlreadySuspended"),
        ),
        Row(
            contract,
            "restore",
            "may again",
            REGISTRAR,
            _cells(unknown, (_P.SUSPENDED, _P.VALID), otherwise="ParticipantNotSuspended"),
        ),
        Row(
            contract,
            "extend",
            "a later last day",
            REGISTRAR,
            _cells(unknown, system, *_stay(_P.SUSPENDED), otherwise=_P.VALID),
        ),
        Row(contract, "pauseTrading", "recharge, payWith, request, fund stop", GUARDIAN, pauses, paused=PAUSED),
        Row(contract, "resumeTrading", "they go on", GUARDIAN, resumes),
    )


def _cash() -> tuple[Row, ...]:
    contract, empty = "CashToken", "ERC20InsufficientBalance"
    wallets = Access(
        frozenset(Who) - OUTSIDERS - {Who.DESK, Who.SETTLEMENT},
        others=empty,
        outsiders=CASH_PARTY,
    )
    spender = _only(Who.PAYEE, others="ERC20InsufficientAllowance")
    central_bank, compliance, court = _office(Who.CENTRAL_BANK), _office(Who.COMPLIANCE), _office(Who.COURT)
    forced = Parties(payer_invalid=PASSES, payer_frozen=PASSES, payee_invalid=CASH_PARTY, payee_frozen=PASSES)
    return (
        Row(contract, "mint", "supply +", central_bank, parties=OFFICE_MOVES),
        Row(contract, "burn", "supply -, from the caller's wallet", central_bank, parties=GIVES),
        Row(contract, "freeze", "a part of a balance stays", compliance, parties=RECEIVES),
        Row(contract, "forceTransfer", "cash moves, frozen or not", court, parties=forced),
        Row(contract, "transfer", "cash moves", wallets, parties=MOVES_CASH),
        Row(contract, "transferWithReference", "cash moves, for a reference", wallets, parties=MOVES_CASH),
        Row(contract, "transferFrom", "cash moves, by an allowance", spender, parties=MOVES_CASH),
        Row(contract, "approve", "an allowance", ANYONE, parties=GIVES),
        Row(contract, "permit", "an allowance, by signature", ANYONE, parties=GIVES),
    )


def _receivables() -> tuple[Row, ...]:
    contract = "ReceivableRegistry"
    supplier = _only(Who.HOLDER, Who.PAYEE, others=LACKS_ROLE, outsiders=NOT_VALID)
    creditor = _only(Who.HOLDER, others="ReceivableNotCreditor", outsiders=NOT_VALID)
    carrier = _only(Who.CARRIER, others=LACKS_ROLE, outsiders=NOT_VALID)
    payer = _only(Who.ISSUER, others="ReceivableNotDebtor")
    registers = _cells((_R.NONE, _R.REGISTERED), otherwise="ReceivableAlreadyRegistered")
    attests: Cells = ((_R.REGISTERED, _R.DELIVERED), (_R.DELIVERED, "ReceivableMilestoneNotLater"))
    confirms: Cells = ((_R.REGISTERED, "ReceivableNotDelivered"), (_R.DELIVERED, _R.CONFIRMED))
    unconfirmed = _cells(*_stay(_R.REGISTERED, _R.DELIVERED), otherwise=BAD_RECEIVABLE)
    known = _cells(*_stay(_R.REGISTERED, _R.DELIVERED, _R.CONFIRMED), otherwise=BAD_RECEIVABLE)
    return (
        Row(contract, "register", "free = face", supplier, registers, TRADES),
        Row(contract, "amend", "face, due day, documents", creditor, unconfirmed, ACTS),
        Row(contract, "attest", "a later milestone", carrier, _cells(*attests, otherwise=BAD_RECEIVABLE), ACTS),
        Row(contract, "confirm", "for ever", DEBTOR, _cells(*confirms, otherwise=BAD_RECEIVABLE), ACTS),
        Row(contract, "dispute", "free -> disputed", DEBTOR, known, ACTS),
        Row(contract, "resolve", "disputed -> free", DEBTOR, known, ACTS),
        Row(contract, "pay", "free -> settled; cash debtor -> creditor", payer, _CONFIRMED, MOVES_CASH),
        Row(contract, "tokenise", "free -> tokenised", CREDIT_TOKEN, _CONFIRMED),
        Row(contract, "payWithCredit", "free -> settled", CREDIT_TOKEN, _CONFIRMED),
        Row(contract, "redeem", "tokenised -> settled", CREDIT_TOKEN, _CONFIRMED),
    )


def _line() -> tuple[Row, ...]:
    return (
        Row("CreditLine", "setLimit", "limit; used unchanged", _office(Who.BANK)),
        Row("CreditLine", "use", "used +", CREDIT_TOKEN),
        Row("CreditLine", "release", "used -", SETTLEMENT),
    )


def _credit() -> tuple[Row, ...]:
    contract = "CreditToken"
    other_issuer = ((Who.OTHER_ISSUER, "CreditNotDebtor"),)
    issuer = _only(Who.ISSUER, others=LACKS_ROLE, outsiders=NOT_VALID, but=other_issuer)
    payer = _only(Who.HOLDER, others="CreditNotDebtor", outsiders=NOT_VALID)
    minted = _cells((_C.NONE, _C.LIVE), *_stay(_C.LIVE), *_all("CreditMatured", *_MATURE), otherwise=CREDIT_SEALED)
    charged = _cells((_R.NONE, "CreditNotDebtor"), *_stay(_R.CONFIRMED), otherwise=BAD_RECEIVABLE)
    paid = _cells((_T.NONE, "CreditNotDebtor"), *_stay(_T.CONFIRMED), otherwise=BAD_RECEIVABLE)
    seals = _cells((_C.LIVE, _C.SEALED), *_stay(_C.NONE, *_MATURE), otherwise=CREDIT_SEALED)
    return (
        Row(contract, "recharge", "free -> tokenised; tokens; line used +", issuer, minted + charged, TRADES, PAUSED),
        Row(contract, "payWith", "tokens to the creditor; free -> settled", payer, _TRADED + paid, TRADES, PAUSED),
        Row(contract, "pledge", "tokens into the desk", DESK, _TRADED),
        Row(contract, "release", "tokens out of the desk", DESK, _HELD),
        Row(contract, "seal", "no trading from here on", SETTLEMENT, seals),
        Row(contract, "redeem", "tokens burned; tokenised -> settled", SETTLEMENT, _HELD),
        Row(contract, "safeTransferFrom", "none", NOBODY),
        Row(contract, "safeBatchTransferFrom", "none", NOBODY),
        Row(contract, "setApprovalForAll", "none", NOBODY),
    )


def _financings() -> tuple[Row, ...]:
    contract, other_bank = "FinancingDesk", ((Who.OTHER_BANK, "FinancingNotBank"),)
    holder = _only(Who.HOLDER, others=NO_TOKENS, outsiders=NOT_VALID)
    canceller = _only(Who.HOLDER, others="FinancingNotHolder")
    bank = _only(Who.BANK, others=LACKS_ROLE, outsiders=NOT_VALID, but=other_bank)
    pays = Parties(
        payer_invalid=NOT_VALID, payer_frozen="CashFrozen", payee_invalid=CASH_PARTY, payee_frozen="CashAccountFrozen"
    )
    requests: Cells = ((_F.NONE, _F.REQUESTED), *_TRADED)
    funds = (
        *_cells((_F.REQUESTED, _F.FUNDED), (_F.LAPSED, "FinancingExpiredAlready"), otherwise=BAD_FINANCING),
        *_cells(
            *_all(BAD_FINANCING, _C.NONE, _C.CLOSED),
            *_stay(_C.LIVE),
            *_all("FinancingCreditSealed", _C.SEALED, _C.COLLECTED),
            otherwise="FinancingCreditMatured",
        ),
    )
    refuses = _cells(*_all(_F.REFUSED, _F.REQUESTED, _F.LAPSED), otherwise=BAD_FINANCING)
    cancels = _cells(*_all(_F.CANCELLED, _F.REQUESTED, _F.LAPSED), otherwise=BAD_FINANCING)
    expires = _cells((_F.REQUESTED, "FinancingNotExpired"), (_F.LAPSED, _F.EXPIRED), otherwise=BAD_FINANCING)
    settles = _cells((_F.FUNDED, _F.SETTLED), otherwise=BAD_FINANCING)
    return (
        Row(contract, "request", "tokens pledged", holder, requests, ACTS, PAUSED),
        Row(contract, "fund", "price bank -> holder", bank, funds, pays, PAUSED),
        Row(contract, "refuse", "tokens back", ANYONE, refuses + _PLEDGED, RECEIVES),
        Row(contract, "cancel", "tokens back", canceller, cancels + _PLEDGED, GIVES),
        Row(contract, "expire", "tokens back", ANYONE, expires + _PLEDGED, RECEIVES),
        Row(contract, "markSettled", "for ever", SETTLEMENT, settles),
    )


def _settlement() -> tuple[Row, ...]:
    contract, tried = "Settlement", (_C.FAILED, "SettlementCollectionTried")
    another_day = "SettlementNotMaturityDay"
    payee = _only(Who.HOLDER, others="SettlementNothingClaimable")
    claims = Parties(payer_invalid=CASH_PARTY, payer_frozen="CashAccountFrozen")
    in_part = _cells(_EMPTY, (_C.LIVE, _C.SEALED), *_stay(_C.SEALED, *_MATURE), otherwise=BAD_SETTLEMENT)
    in_full = _cells(_EMPTY, *_all(_C.COLLECTED, *_UNPAID), otherwise=BAD_SETTLEMENT)
    collects = _cells(_EMPTY, (_C.DUE, _C.COLLECTED), tried, *_PAID, otherwise=another_day)
    fails = _cells(_EMPTY, (_C.DUE, _C.FAILED), tried, *_PAID, otherwise=another_day)
    some = _cells(*_stay(_C.COLLECTED), otherwise=BAD_SETTLEMENT)
    last = _cells((_C.COLLECTED, _C.CLOSED), otherwise=BAD_SETTLEMENT)
    settles = (
        *_cells((_F.FUNDED, _F.SETTLED), otherwise=BAD_FINANCING),
        *_cells(*_all(BAD_FINANCING, _C.NONE, _C.CLOSED), *_stay(_C.COLLECTED), otherwise=BAD_SETTLEMENT),
    )
    defaults = _cells(
        _EMPTY,
        (_C.LATE, _C.DEFAULTED),
        (_C.DEFAULTED, "SettlementAlreadyDefaulted"),
        *_PAID,
        otherwise="SettlementNotInDefault",
    )
    waits: Cells = ((Payout.NONE, "SettlementNothingClaimable"), (Payout.CLAIMABLE, Payout.NONE))
    return (
        Row(contract, "repay", "reserved +", ISSUER, in_part, GIVES, case="a part"),
        Row(contract, "repay", "reserved +; fee and shares fixed", ISSUER, in_full, GIVES, case="all"),
        Row(contract, "collect", "reserved +; fee and shares fixed", ANYONE, collects, GIVES, case="cash there"),
        Row(contract, "collect", "an event says so", ANYONE, fails, case="cash missing"),
        Row(contract, "crank", "tokens burned; cash out, or claimable", ANYONE, some, RECEIVES, case="some holders"),
        Row(contract, "crank", "the same, and dust", ANYONE, last, RECEIVES, case="the last holders"),
        Row(contract, "settle", "tokens burned; the bank its claim, the holder the rest", ANYONE, settles, RECEIVES),
        Row(contract, "declareDefault", "a flag", ANYONE, defaults),
        Row(contract, "claim", "cash out", payee, waits, claims),
    )


TABLE: tuple[Row, ...] = (
    *_administration("Participants"),
    *_participants(),
    *_administration("CashToken"),
    *_cash(),
    *_administration("ReceivableRegistry"),
    *_receivables(),
    *_administration("CreditLine"),
    *_line(),
    *_administration("CreditToken"),
    *_credit(),
    *_administration("FinancingDesk"),
    *_financings(),
    *_settlement(),
)
"""Every state-changing function of every contract."""
