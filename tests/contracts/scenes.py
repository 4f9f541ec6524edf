"""Scenes: a world in which one object stands in a given state, with what a call on it needs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from eth_utils.crypto import keccak

from scfin_chain.state_machine import Credit, Financing, Participant, Payout, Receivable, State, Trade, Trading
from tests.contracts.world import CAST, FOREVER, REFUSE, START, SUPPLIER, SYSTEM, World

DUE = START + 90
FACE, ISSUED, PART = 1_000, 600, 10
"""The receivable's face, what of it is tokens, and the amount of every call."""
UNKNOWN = 999
CASH = 10**9
REASON = keccak(text="reason")


def stocked(world: World) -> World:
    """Cash for all, the standing allowances, and a credit line."""
    for who in CAST:
        world.mint(who, CASH)
    for who, contract in (
        ("bank", "FinancingDesk"),
        ("other bank", "FinancingDesk"),
        ("core", "Settlement"),
        ("core", "ReceivableRegistry"),
        ("supplier", "ReceivableRegistry"),
    ):
        world.allow(who, contract)
    world.send("supplier", "CashToken", "approve", world.address("second"), CASH)
    world.set_limit("core")
    return world


@dataclass
class Scene:
    """What was set up; ids that nothing was made for are unknown ones."""

    world: World
    receivable: int = UNKNOWN
    terms: tuple[Any, ...] = ()
    trade: int = UNKNOWN
    credit: int = 0
    requested: int = UNKNOWN
    lapsed: int = UNKNOWN
    funded: int = UNKNOWN
    newcomer: int = UNKNOWN
    notes: dict[str, Any] = field(default_factory=dict)


def build(world: World, state: State) -> Scene:
    """A scene with its object in that state."""
    return _BUILDERS[type(state)](world, state)


def state_in(scene: Scene, kind: type[Enum]) -> State:
    """In which state the scene's object of that kind stands now."""
    return _READERS[kind](scene)


def pass_first_day(world: World) -> None:
    """To the day after the one on which every scene is set up."""
    if world.today == START:
        world.go_to(START + 1)


# ------------------------------------------------------------------ participants and trading


def _participant(world: World, state: Participant) -> Scene:
    scene = Scene(world)
    world.add("newcomer")
    if state is not Participant.NONE:
        roles, until = (SYSTEM, 0) if state is Participant.SYSTEM else (SUPPLIER, START)
        scene.newcomer = world.enrol("newcomer", roles, until=START + 300 if state is Participant.VALID else until)
    if state is Participant.SUSPENDED:
        world.send("registrar", "Participants", "extend", scene.newcomer, START + 300)
        world.send("registrar", "Participants", "suspend", scene.newcomer, REASON)
    pass_first_day(world)
    return scene


def _read_participant(scene: Scene) -> State:
    world = scene.world
    record = world.view("Participants", "participant", world.address("newcomer"))
    if record.id == 0:
        return Participant.NONE
    if record.roles == SYSTEM:
        return Participant.SYSTEM
    if record.suspended:
        return Participant.SUSPENDED
    return Participant.VALID if record.validUntilDay >= world.today else Participant.EXPIRED


def _trading(world: World, state: Trading) -> Scene:
    if state is Trading.PAUSED:
        world.send("guardian", "Participants", "pauseTrading")
    return Scene(world)


def _read_trading(scene: Scene) -> State:
    return Trading.PAUSED if scene.world.view("Participants", "tradingPaused") else Trading.OPEN


# ------------------------------------------------------------------ receivables


def _receivable(world: World, state: Receivable) -> Scene:
    scene = Scene(world, terms=world.terms_of("supplier", "core", FACE, DUE, number=b"A-1"))
    if state is Receivable.NONE:
        return scene
    receipt = world.send("supplier", "ReceivableRegistry", "register", scene.terms)
    scene.receivable = world.event(receipt, "ReceivableRegistered")["id"]
    world.send("core", "ReceivableRegistry", "dispute", scene.receivable, 5 * PART, REASON)
    if state in (Receivable.DELIVERED, Receivable.CONFIRMED):
        world.attest(scene.receivable)
    if state is Receivable.CONFIRMED:
        world.confirm(scene.receivable)
        scene.credit = world.recharge(scene.receivable, 10 * PART)
    return scene


def _read_receivable(scene: Scene) -> State:
    latest = scene.world.view("ReceivableRegistry", "count")
    record = scene.world.view("ReceivableRegistry", "receivable", min(scene.receivable, latest))
    if record.status == 1:
        return Receivable.DELIVERED if record.milestone >= 3 else Receivable.REGISTERED
    return (Receivable.NONE, None, Receivable.CONFIRMED)[record.status] or Receivable.NONE


def _trade(world: World, state: Trade) -> Scene:
    scene = Scene(world, credit=world.issue(FACE, DUE))
    if state is Trade.NONE:
        return scene
    scene.trade = world.register("second", "supplier", FACE, START)
    if state is Trade.CONFIRMED:
        world.confirm(scene.trade, "supplier")
    return scene


def _read_trade(scene: Scene) -> State:
    return (Trade.NONE, Trade.REGISTERED, Trade.CONFIRMED)[
        scene.world.view("ReceivableRegistry", "receivable", scene.trade).status
    ]


# ------------------------------------------------------------------ credit tokens


def _credit(world: World, state: Credit) -> Scene:
    scene = Scene(world)
    scene.receivable = world.trade("supplier", "core", FACE, DUE)
    scene.trade = world.trade("second", "supplier", FACE, START)
    if state is Credit.NONE:
        scene.credit = world.view("CreditToken", "idOf", scene.receivable)
        return scene
    scene.credit = world.recharge(scene.receivable, ISSUED)
    scene.requested = world.request("supplier", scene.credit, 10 * PART, START + 200)
    scene.lapsed = world.request("supplier", scene.credit, 5 * PART, START)
    scene.funded = world.request("supplier", scene.credit, 12 * PART, START)
    world.fund(scene.funded, claim=9 * PART)
    pass_first_day(world)
    _PROGRESS[state](scene)
    return scene


def _fail_collection(scene: Scene) -> None:
    scene.world.go_to(DUE)
    scene.world.allow("core", "Settlement", 0)
    scene.world.collect(scene.credit)
    scene.world.allow("core", "Settlement")


def _default(scene: Scene) -> None:
    scene.world.go_to(DUE + scene.world.terms.default_days + 1)
    scene.world.send("keeper", "Settlement", "declareDefault", scene.credit)


def repay_all(scene: Scene) -> None:
    world = scene.world
    world.repay(scene.credit, world.view("Settlement", "due", scene.credit, world.today))


def leave_last_holder(scene: Scene) -> None:
    """Of a collected id, all that is pledged is paid out or given back."""
    world = scene.world
    world.send("supplier", "FinancingDesk", "cancel", scene.requested)
    world.send("keeper", "FinancingDesk", "expire", scene.lapsed)
    world.settle(scene.funded)


def _close(scene: Scene) -> None:
    repay_all(scene)
    leave_last_holder(scene)
    scene.world.crank(scene.credit, "supplier")


_PROGRESS: Mapping[Credit, Callable[[Scene], Any]] = {
    Credit.LIVE: lambda scene: None,
    Credit.SEALED: lambda scene: scene.world.repay(scene.credit, PART),
    Credit.DUE: lambda scene: scene.world.go_to(DUE),
    Credit.FAILED: _fail_collection,
    Credit.OVERDUE: lambda scene: scene.world.go_to(DUE + 1),
    Credit.LATE: lambda scene: scene.world.go_to(DUE + scene.world.terms.default_days + 1),
    Credit.DEFAULTED: _default,
    Credit.COLLECTED: repay_all,
    Credit.CLOSED: _close,
}


def _read_credit(scene: Scene) -> State:
    world, today = scene.world, scene.world.today
    account = world.account(scene.credit)
    if account.status:
        return (Credit.COLLECTED, Credit.CLOSED)[account.status - 1]
    if world.view("CreditToken", "outstanding", scene.credit) == 0:
        return Credit.NONE
    if today < DUE:
        return Credit.SEALED if world.view("CreditToken", "isSealed", scene.credit) else Credit.LIVE
    if account.defaulted:
        return Credit.DEFAULTED
    if today == DUE:
        return Credit.FAILED if account.collectionTried else Credit.DUE
    return Credit.LATE if today > DUE + world.terms.default_days else Credit.OVERDUE


# ------------------------------------------------------------------ financings and payouts


def _financing(world: World, state: Financing) -> Scene:
    scene = Scene(world, credit=world.issue(FACE, DUE))
    if state is Financing.NONE:
        return scene
    last = START if state in (Financing.LAPSED, Financing.EXPIRED) else START + 200
    financing = world.request("supplier", scene.credit, 10 * PART, last)
    scene.requested = scene.lapsed = scene.funded = financing
    if state in (Financing.FUNDED, Financing.SETTLED):
        world.fund(financing, claim=9 * PART)
    pass_first_day(world)
    if state is Financing.REFUSED:
        world.refuse(financing)
    if state is Financing.CANCELLED:
        world.send("supplier", "FinancingDesk", "cancel", financing)
    if state is Financing.EXPIRED:
        world.send("keeper", "FinancingDesk", "expire", financing)
    if state is Financing.SETTLED:
        repay_all(scene)
        world.settle(financing)
    return scene


def _read_financing(scene: Scene) -> State:
    world = scene.world
    latest = world.view("FinancingDesk", "count")
    record = world.view("FinancingDesk", "financing", min(scene.requested, latest))
    states = [state for state in Financing if state is not Financing.LAPSED]
    state = states[record.status]
    if state is Financing.REQUESTED and record.expiresDay < world.today:
        return Financing.LAPSED
    return state


def _payout(world: World, state: Payout) -> Scene:
    scene = Scene(world, credit=world.issue(FACE, DUE))
    if state is Payout.CLAIMABLE:
        repay_all(scene)
        world.send("registrar", "Participants", "suspend", world.id("supplier"), REASON)
        world.crank(scene.credit, "supplier")
        world.send("registrar", "Participants", "restore", world.id("supplier"))
    return scene


def _read_payout(scene: Scene) -> State:
    waiting = scene.world.view("Settlement", "claimable", scene.world.address("supplier"))
    return Payout.CLAIMABLE if waiting else Payout.NONE


_BUILDERS: Mapping[type[Enum], Callable[[World, Any], Scene]] = {
    Participant: _participant,
    Trading: _trading,
    Receivable: _receivable,
    Trade: _trade,
    Credit: _credit,
    Financing: _financing,
    Payout: _payout,
}
_READERS: Mapping[type[Enum], Callable[[Scene], State]] = {
    Participant: _read_participant,
    Trading: _read_trading,
    Receivable: _read_receivable,
    Trade: _read_trade,
    Credit: _read_credit,
    Financing: _read_financing,
    Payout: _read_payout,
}

# ------------------------------------------------------------------ the calls themselves


def _signed(scene: Scene, financing: int, **changes: Any) -> tuple[Any, ...]:
    decision = scene.world.decision(financing, **changes)
    return decision.values(), scene.world.sign(decision)


def _role(scene: Scene, who: str) -> tuple[Any, ...]:
    return keccak(text="SOME ROLE"), scene.world.address(who)


def _permit(scene: Scene, who: str) -> tuple[Any, ...]:
    return scene.world.permit("supplier", "third", PART)


Arguments = Callable[[Scene, str], tuple[Any, ...]]

ARGUMENTS: Mapping[tuple[str, str], Arguments] = {
    ("Participants", "enrol"): lambda s, _: (s.world.address("newcomer"), SUPPLIER, 1, FOREVER, REASON),
    ("Participants", "suspend"): lambda s, _: (s.newcomer, REASON),
    ("Participants", "restore"): lambda s, _: (s.newcomer,),
    ("Participants", "extend"): lambda s, _: (s.newcomer, START + 400),
    ("Participants", "pauseTrading"): lambda s, _: (),
    ("Participants", "resumeTrading"): lambda s, _: (),
    ("CashToken", "mint"): lambda s, _: (s.world.address("third"), PART),
    ("CashToken", "burn"): lambda s, _: (PART,),
    ("CashToken", "freeze"): lambda s, _: (s.world.address("third"), PART, REASON),
    ("CashToken", "forceTransfer"): lambda s, _: (s.world.address("supplier"), s.world.address("third"), PART, REASON),
    ("CashToken", "transfer"): lambda s, _: (s.world.address("third"), PART),
    ("CashToken", "transferWithReference"): lambda s, _: (s.world.address("third"), PART, REASON),
    ("CashToken", "transferFrom"): lambda s, _: (s.world.address("supplier"), s.world.address("third"), PART),
    ("CashToken", "approve"): lambda s, _: (s.world.address("third"), PART),
    ("CashToken", "permit"): _permit,
    ("ReceivableRegistry", "register"): lambda s, _: (s.terms,),
    ("ReceivableRegistry", "amend"): lambda s, _: (s.receivable, FACE - PART, DUE, REASON),
    ("ReceivableRegistry", "attest"): lambda s, _: (s.receivable, 3, REASON),
    ("ReceivableRegistry", "confirm"): lambda s, _: (s.receivable, *s.world.registered(s.receivable)),
    ("ReceivableRegistry", "dispute"): lambda s, _: (s.receivable, PART, REASON),
    ("ReceivableRegistry", "resolve"): lambda s, _: (s.receivable, PART),
    ("ReceivableRegistry", "pay"): lambda s, _: (s.receivable, PART),
    ("ReceivableRegistry", "tokenise"): lambda s, _: (s.receivable, PART),
    ("ReceivableRegistry", "payWithCredit"): lambda s, _: (s.receivable, PART),
    ("ReceivableRegistry", "redeem"): lambda s, _: (s.receivable, PART),
    ("CreditLine", "setLimit"): lambda s, _: (s.world.id("core"), PART),
    ("CreditLine", "use"): lambda s, _: (s.world.id("core"), PART),
    ("CreditLine", "release"): lambda s, _: (s.world.id("core"), PART),
    ("CreditToken", "recharge"): lambda s, _: (s.receivable, PART),
    ("CreditToken", "payWith"): lambda s, _: (s.credit, s.trade, PART),
    ("CreditToken", "pledge"): lambda s, _: (s.world.address("supplier"), s.credit, PART),
    ("CreditToken", "release"): lambda s, _: (s.world.address("supplier"), s.credit, PART),
    ("CreditToken", "seal"): lambda s, _: (s.credit,),
    ("CreditToken", "redeem"): lambda s, _: (s.world.address("supplier"), s.credit, PART),
    ("CreditToken", "safeTransferFrom"): lambda s, who: (
        *(s.world.address(who), s.world.address("third"), s.credit, PART, b""),
    ),
    ("CreditToken", "safeBatchTransferFrom"): lambda s, who: (
        *(s.world.address(who), s.world.address("third"), [s.credit, s.credit], [PART, PART], b""),
    ),
    ("CreditToken", "setApprovalForAll"): lambda s, _: (s.world.address("third"), True),
    ("FinancingDesk", "request"): lambda s, _: (s.credit, PART, s.world.today),
    ("FinancingDesk", "fund"): lambda s, _: _signed(s, s.requested),
    ("FinancingDesk", "refuse"): lambda s, _: _signed(s, s.requested, verdict=REFUSE),
    ("FinancingDesk", "cancel"): lambda s, _: (s.requested,),
    ("FinancingDesk", "expire"): lambda s, _: (s.lapsed,),
    ("FinancingDesk", "markSettled"): lambda s, _: (s.funded,),
    ("Settlement", "repay"): lambda s, _: (s.credit, PART),
    ("Settlement", "collect"): lambda s, _: (s.credit,),
    ("Settlement", "crank"): lambda s, _: (s.credit, [s.world.address("supplier")]),
    ("Settlement", "settle"): lambda s, _: (s.funded,),
    ("Settlement", "declareDefault"): lambda s, _: (s.credit,),
    ("Settlement", "claim"): lambda s, _: (),
} | {
    (contract, function): _role
    for contract in ("Participants", "CashToken", "ReceivableRegistry", "CreditLine", "CreditToken", "FinancingDesk")
    for function in ("grantRole", "revokeRole", "renounceRole")
}
"""What a caller passes: the scene's objects, and amounts of `PART`."""

PAYERS: Mapping[tuple[str, str], str] = {
    ("CashToken", "transferFrom"): "supplier",
    ("CashToken", "forceTransfer"): "supplier",
    ("CashToken", "permit"): "supplier",
    ("Settlement", "collect"): "core",
}
"""Who acts or pays, where it is not the caller."""

PAYEES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("CashToken", "mint"): ("third",),
    ("CashToken", "freeze"): ("third",),
    ("CashToken", "forceTransfer"): ("third",),
    ("CashToken", "transfer"): ("third",),
    ("CashToken", "transferWithReference"): ("third",),
    ("CashToken", "transferFrom"): ("third",),
    ("ReceivableRegistry", "register"): ("core",),
    ("ReceivableRegistry", "pay"): ("supplier",),
    ("CreditToken", "recharge"): ("supplier",),
    ("CreditToken", "payWith"): ("second",),
    ("FinancingDesk", "fund"): ("supplier",),
    ("FinancingDesk", "refuse"): ("supplier",),
    ("FinancingDesk", "expire"): ("supplier",),
    ("Settlement", "crank"): ("supplier",),
    ("Settlement", "settle"): ("bank", "supplier"),
}
"""Who receives, or stands on the other side."""
