"""A case for each error that the state machine's table does not have, and the errors that no call can meet.

A case sets up a stocked world and names caller, arguments and what the error should carry.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from eth_utils.crypto import keccak

from scfin_chain.chain import ZERO_ADDRESS
from scfin_chain.state_machine import Credit, Receivable
from tests.contracts.scenes import ARGUMENTS, CASH, DUE, FACE, ISSUED, PART, REASON, UNKNOWN, Scene, build
from tests.contracts.world import CAST, FOREVER, MAX, MOST, REFUSE, START, SUPPLIER, SYSTEM, World

PAYMENT_CAP = 10**6
WALLET_CAP = 2 * CASH

Call = tuple[str, tuple[Any, ...], Mapping[str, Any]]
"""Who calls, with what, and what the error should carry, as far as it is checked."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A call that ends in an error."""

    contract: str
    function: str
    error: str
    set_up: Callable[[World], Call]
    capped: bool = False
    """Whether wallets and payments have caps."""
    note: str = ""


REFUSALS: list[Refusal] = []


def refusal(
    contract: str, *functions: str, error: str, capped: bool = False
) -> Callable[[Callable[..., Call]], Callable[..., Call]]:
    """Register a case; one for several functions takes the function's name after the world."""

    def register(set_up: Callable[..., Call]) -> Callable[..., Call]:
        for name in functions:

            def bound(world: World, name: str = name) -> Call:
                return set_up(world, name) if len(functions) > 1 else set_up(world)

            REFUSALS.append(Refusal(contract, name, error, bound, capped, set_up.__name__.strip("_")))
        return set_up

    return register


# ------------------------------------------------------------------ administration

for _contract in ("Participants", "CashToken", "ReceivableRegistry", "CreditLine", "CreditToken", "FinancingDesk"):

    @refusal(_contract, "renounceRole", error="AccessControlBadConfirmation")
    def _of_another(world: World) -> Call:
        return "guardian", (keccak(text="SOME ROLE"), world.address("keeper")), {}


@refusal("Participants", "enrol", error="ParticipantZeroAccount")
def _nobody(world: World) -> Call:
    return "registrar", (ZERO_ADDRESS, SUPPLIER, 1, FOREVER, REASON), {}


for _roles in (0, SYSTEM | SUPPLIER, 128, SYSTEM | 128):

    @refusal("Participants", "enrol", error="ParticipantRolesMalformed")
    def _malformed_roles(world: World, roles: int = _roles) -> Call:
        return "registrar", (world.address("stranger"), roles, 1, FOREVER, REASON), {"roles": roles}


@refusal("Participants", "enrol", error="ParticipantExpiryTooEarly")
def _yesterday(world: World) -> Call:
    arguments = (world.address("stranger"), SUPPLIER, 1, START - 1, REASON)
    return "registrar", arguments, {"validUntilDay": START - 1, "earliest": START}


@refusal("Participants", "extend", error="ParticipantExpiryTooEarly")
def _not_later(world: World) -> Call:
    who = world.enrol("brief", until=START + 9)
    return "registrar", (who, START + 9), {"validUntilDay": START + 9, "earliest": START + 10}


@refusal("Participants", "extend", error="ParticipantExpiryTooEarly")
def _already_for_ever(world: World) -> Call:
    return "registrar", (world.id("supplier"), FOREVER), {"validUntilDay": FOREVER, "earliest": FOREVER}


@refusal("Participants", "extend", error="ParticipantExpiryTooEarly")
def _into_the_past(world: World) -> Call:
    who = world.enrol("brief", until=START)
    world.go_to(START + 5)
    return "registrar", (who, START + 4), {"validUntilDay": START + 4, "earliest": START + 5}


# ------------------------------------------------------------------ cash


@refusal("CashToken", "mint", error="ERC20InvalidReceiver")
def _mint_to_nobody(world: World) -> Call:
    return "central bank", (ZERO_ADDRESS, PART), {}


SUPPLY = len(CAST) * CASH

for _amount in (MOST - SUPPLY + 1, MOST, MOST + 1, MAX - SUPPLY, MAX):

    @refusal("CashToken", "mint", error="CashSupplyCapExceeded")
    def _mint_past_the_cap(world: World, amount: int = _amount) -> Call:
        expected = {"amount": amount, "supply": SUPPLY, "cap": MOST}
        return "central bank", (world.address("third"), amount), expected


@refusal("CashToken", "mint", error="CashSupplyCapExceeded")
def _mint_when_all_is_there(world: World) -> Call:
    world.mint("bank", MOST - SUPPLY)
    return "central bank", (world.address("third"), 1), {"amount": 1, "supply": MOST, "cap": MOST}


@refusal("CashToken", "burn", error="ERC20InsufficientBalance")
def _burn_too_much(world: World) -> Call:
    return "central bank", (CASH + 1,), {"balance": CASH, "needed": CASH + 1}


@refusal("CashToken", "freeze", error="CashSystemAccount")
def _freeze_settlement(world: World) -> Call:
    return "compliance", (world.address("Settlement"), MAX, REASON), {"account": world.address("Settlement")}


@refusal("CashToken", "forceTransfer", error="CashForcedToSelf")
def _force_to_self(world: World) -> Call:
    who = world.address("supplier")
    return "court", (who, who, PART, REASON), {"account": who}


@refusal("CashToken", "forceTransfer", error="CashSystemAccount")
def _force_from_settlement(world: World) -> Call:
    return "court", (world.address("Settlement"), world.address("third"), PART, REASON), {}


@refusal("CashToken", "forceTransfer", error="CashSystemAccount")
def _force_to_desk(world: World) -> Call:
    return "court", (world.address("third"), world.address("FinancingDesk"), PART, REASON), {}


@refusal("CashToken", "forceTransfer", error="ERC20InvalidSender")
def _force_from_nobody(world: World) -> Call:
    return "court", (ZERO_ADDRESS, world.address("third"), PART, REASON), {}


@refusal("CashToken", "forceTransfer", error="ERC20InsufficientBalance")
def _force_too_much(world: World) -> Call:
    return "court", (world.address("supplier"), world.address("third"), CASH + 1, REASON), {"balance": CASH}


def _movement(world: World, function: str, to: str, amount: int) -> tuple[str, tuple[Any, ...]]:
    """A movement of the supplier's cash: by itself, or by `second` with its allowance."""
    match function:
        case "transfer":
            return "supplier", (to, amount)
        case "transferWithReference":
            return "supplier", (to, amount, REASON)
    return "second", (world.address("supplier"), to, amount)


MOVEMENTS = ("transfer", "transferWithReference", "transferFrom")


@refusal("CashToken", *MOVEMENTS, error="ERC20InvalidReceiver")
def _move_to_nobody(world: World, function: str) -> Call:
    return *_movement(world, function, ZERO_ADDRESS, PART), {}


@refusal("CashToken", *MOVEMENTS, error="ERC20InsufficientBalance")
def _move_too_much(world: World, function: str) -> Call:
    world.allow("supplier", "CashToken")
    world.send("supplier", "CashToken", "approve", world.address("second"), MAX)
    return *_movement(world, function, world.address("third"), CASH + 1), {"balance": CASH}


@refusal("CashToken", *MOVEMENTS, error="CashPaymentCapExceeded", capped=True)
def _move_over_the_cap(world: World, function: str) -> Call:
    expected = {"amount": PAYMENT_CAP + 1, "cap": PAYMENT_CAP}
    return *_movement(world, function, world.address("third"), PAYMENT_CAP + 1), expected


@refusal("CashToken", *MOVEMENTS, error="CashWalletCapExceeded", capped=True)
def _move_into_a_full_wallet(world: World, function: str) -> Call:
    world.mint("third", CASH - PART)
    expected = {"amount": PART + 1, "balance": WALLET_CAP - PART, "cap": WALLET_CAP}
    return *_movement(world, function, world.address("third"), PART + 1), expected


@refusal("CashToken", "transfer", error="CashWalletCapExceeded", capped=True)
def _move_into_a_wallet_over_the_cap(world: World) -> Call:
    world.mint("third", 2 * CASH)
    return "supplier", (world.address("third"), 1), {"balance": 3 * CASH}


@refusal("CashToken", "transfer", error="CashFrozen")
def _move_a_frozen_part(world: World) -> Call:
    world.send("compliance", "CashToken", "freeze", world.address("supplier"), CASH - PART, REASON)
    expected = {"amount": PART + 1, "balance": CASH, "frozen": CASH - PART}
    return "supplier", (world.address("third"), PART + 1), expected


@refusal("CashToken", "transferFrom", error="ERC20InvalidApprover")
def _move_from_nobody(world: World) -> Call:
    return "second", (ZERO_ADDRESS, world.address("third"), 0), {}


@refusal("CashToken", "approve", error="ERC20InvalidSpender")
def _approve_nobody(world: World) -> Call:
    return "supplier", (ZERO_ADDRESS, PART), {}


@refusal("CashToken", "permit", error="ERC2612ExpiredSignature")
def _permit_late(world: World) -> Call:
    deadline = world.gateway.head().timestamp - 1
    return "keeper", world.permit("supplier", "third", PART, deadline), {"deadline": deadline}


@refusal("CashToken", "permit", error="ERC2612InvalidSigner")
def _permit_of_another_amount(world: World) -> Call:
    owner, spender, amount, *rest = world.permit("supplier", "third", PART)
    return "keeper", (owner, spender, amount + 1, *rest), {"owner": owner}


@refusal("CashToken", "permit", error="ERC2612InvalidSigner")
def _permit_twice(world: World) -> Call:
    permit = world.permit("supplier", "third", PART)
    world.send("keeper", "CashToken", "permit", *permit)
    return "keeper", permit, {}


@refusal("CashToken", "permit", error="ECDSAInvalidSignature")
def _permit_unsigned(world: World) -> Call:
    *signed, _, _, _ = world.permit("supplier", "third", PART)
    return "keeper", (*signed, 27, bytes(32), bytes(32)), {}


SECP256K1_ORDER = 0xFFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFE_BAAEDCE6_AF48A03B_BFD25E8C_D0364141


@refusal("CashToken", "permit", error="ECDSAInvalidSignatureS")
def _permit_malleated(world: World) -> Call:
    *signed, v, r, s = world.permit("supplier", "third", PART)
    return "keeper", (*signed, 55 - v, r, (SECP256K1_ORDER - int.from_bytes(s)).to_bytes(32)), {}


@refusal("CashToken", "permit", error="ERC20InvalidSpender")
def _permit_nobody(world: World) -> Call:
    return "keeper", world.permit("supplier", "", PART), {}


# ------------------------------------------------------------------ receivables


@refusal("ReceivableRegistry", "register", error="ParticipantUnknown")
def _debtor_nobody_has(world: World) -> Call:
    return "supplier", (world.terms_of("supplier", "stranger", FACE, DUE),), {"id": 0}


@refusal("ReceivableRegistry", "register", error="ReceivableToSelf")
def _own_debtor(world: World) -> Call:
    terms = world.terms_of("supplier", "supplier", FACE, DUE)
    return "supplier", (terms,), {"participant": world.id("supplier")}


MISSPELT = (b"", b"inv-1", b"INV 1", b" INV-1", b"INV\0-1", b"INV-1\0\0X", b"@", b"[", b"/", b":", b",", b".", b"\xff")

for _number in MISSPELT:

    @refusal("ReceivableRegistry", "register", error="ReceivableNumberMisspelt")
    def _misspelt_number(world: World, number: bytes = _number) -> Call:
        terms = world.terms_of("supplier", "core", FACE, DUE, number=number)
        return "supplier", (terms,), {"documentNumber": number.ljust(32, b"\0")}


@refusal("ReceivableRegistry", "register", error="ReceivableAlreadyRegistered")
def _same_document_other_amount(world: World) -> Call:
    first = world.register("supplier", "core", FACE, DUE, number=b"A-1")
    terms = world.terms_of("supplier", "core", FACE + 1, DUE + 1, number=b"A-1", programme=2, documents=REASON)
    return "supplier", (terms,), {"id": first}


for _face in (0, MOST + 1, 2**128 - 1):

    @refusal("ReceivableRegistry", "register", error="ReceivableFaceOutOfRange")
    def _register_face(world: World, face: int = _face) -> Call:
        return "supplier", (world.terms_of("supplier", "core", face, DUE),), {"face": face, "max": MOST}

    @refusal("ReceivableRegistry", "amend", error="ReceivableFaceOutOfRange")
    def _amend_face(world: World, face: int = _face) -> Call:
        receivable = world.register("supplier", "core", FACE, DUE)
        return "supplier", (receivable, face, DUE, REASON), {"face": face, "max": MOST}


@refusal("ReceivableRegistry", "register", error="ReceivableDuePast")
def _due_yesterday(world: World) -> Call:
    terms = world.terms_of("supplier", "core", FACE, START - 1)
    return "supplier", (terms,), {"dueDay": START - 1, "today": START}


@refusal("ReceivableRegistry", "amend", error="ReceivableDuePast")
def _amended_to_yesterday(world: World) -> Call:
    receivable = world.register("supplier", "core", FACE, DUE)
    return "supplier", (receivable, FACE, START - 1, REASON), {"dueDay": START - 1, "today": START}


@refusal("ReceivableRegistry", "amend", error="ReceivableFaceBelowDisputed")
def _amended_below_disputed(world: World) -> Call:
    scene = build(world, Receivable.REGISTERED)
    return "supplier", (scene.receivable, 5 * PART - 1, DUE, REASON), {"disputed": 5 * PART}


for _other in ((FACE + 1, DUE, REASON), (FACE, DUE + 1, REASON), (FACE, DUE, bytes(32))):

    @refusal("ReceivableRegistry", "confirm", error="ReceivableTermsDiffer")
    def _confirm_other_terms(world: World, other: tuple[int, int, bytes] = _other) -> Call:
        receivable = world.register("supplier", "core", FACE, DUE, documents=REASON)
        world.attest(receivable)
        standing = {"id": receivable, "face": FACE, "dueDay": DUE, "documents": REASON}
        return "core", (receivable, *other), standing


def _on_receivable(world: World, function: str, amount: int) -> tuple[str, tuple[Any, ...]]:
    receivable = build(world, Receivable.CONFIRMED).receivable
    match function:
        case "dispute":
            return "core", (receivable, amount, REASON)
        case "resolve" | "pay":
            return "core", (receivable, amount)
    return "CreditToken", (receivable, amount)


PARTS = {
    "dispute": FACE - 15 * PART,
    "resolve": 5 * PART,
    "pay": FACE - 15 * PART,
    "tokenise": FACE - 15 * PART,
    "payWithCredit": FACE - 15 * PART,
    "redeem": 10 * PART,
}
"""How much of the confirmed scene's receivable stands where each call takes from."""


@refusal("ReceivableRegistry", *PARTS, error="ReceivableZeroAmount")
def _nothing(world: World, function: str) -> Call:
    return *_on_receivable(world, function, 0), {}


@refusal("ReceivableRegistry", *PARTS, error="ReceivablePartTooSmall")
def _one_more_than_there_is(world: World, function: str) -> Call:
    amount = PARTS[function] + 1
    return *_on_receivable(world, function, amount), {"amount": amount, "available": amount - 1}


@refusal("ReceivableRegistry", *PARTS, error="ReceivablePartTooSmall")
def _an_amount_that_would_be_cut(world: World, function: str) -> Call:
    return *_on_receivable(world, function, 2**64 + 1), {"amount": 2**64 + 1}


@refusal("ReceivableRegistry", "pay", error="ERC20InsufficientAllowance")
def _pay_without_allowance(world: World) -> Call:
    world.allow("core", "ReceivableRegistry", PART - 1)
    return *_on_receivable(world, "pay", PART), {"allowance": PART - 1}


@refusal("ReceivableRegistry", "pay", error="ERC20InsufficientBalance")
def _pay_without_cash(world: World) -> Call:
    world.send("core", "CashToken", "transfer", world.address("third"), CASH - PART)
    return *_on_receivable(world, "pay", PART + 1), {"balance": PART}


@refusal("ReceivableRegistry", "pay", error="CashPaymentCapExceeded", capped=True)
def _pay_over_the_cap(world: World) -> Call:
    receivable = world.trade("supplier", "core", 2 * PAYMENT_CAP, DUE)
    return "core", (receivable, PAYMENT_CAP + 1), {"cap": PAYMENT_CAP}


@refusal("ReceivableRegistry", "pay", error="CashWalletCapExceeded", capped=True)
def _pay_into_a_full_wallet(world: World) -> Call:
    world.mint("supplier", CASH)
    return *_on_receivable(world, "pay", PART), {"balance": WALLET_CAP}


# ------------------------------------------------------------------ lines


for _limit in (MOST + 1, 2**128 - 1):

    @refusal("CreditLine", "setLimit", error="CreditLineLimitOutOfRange")
    def _a_limit_beyond_any_database(world: World, limit: int = _limit) -> Call:
        return "bank", (world.id("core"), limit), {"limit": limit, "max": MOST}


@refusal("CreditLine", "setLimit", error="CreditLineUnknownIssuer")
def _limit_for_nobody(world: World) -> Call:
    return "bank", (UNKNOWN, FACE), {"issuer": UNKNOWN}


@refusal("CreditLine", "use", error="CreditLineExceeded")
def _use_without_a_line(world: World) -> Call:
    return "CreditToken", (world.id("other core"), 1), {"used": 0, "limit": 0}


@refusal("CreditLine", "use", error="CreditLineExceeded")
def _use_past_a_lowered_limit(world: World) -> Call:
    world.issue(FACE, DUE)
    world.set_limit("core", FACE - 1)
    return "CreditToken", (world.id("core"), 1), {"used": FACE, "limit": FACE - 1}


@refusal("CreditLine", "use", error="CreditLineExceeded")
def _use_what_would_overflow(world: World) -> Call:
    world.issue(FACE, DUE)
    world.set_limit("core", MOST)
    return "CreditToken", (world.id("core"), 2**128 - 1), {"used": FACE}


@refusal("CreditLine", "release", error="CreditLineOverReleased")
def _release_more_than_used(world: World) -> Call:
    world.issue(FACE, DUE)
    return "Settlement", (world.id("core"), FACE + 1), {"amount": FACE + 1, "used": FACE}


# ------------------------------------------------------------------ credit tokens


@refusal("CreditToken", "recharge", error="CreditLineExceeded")
def _recharge_past_the_line(world: World) -> Call:
    world.set_limit("core", FACE - 1)
    return "core", (world.trade("supplier", "core", FACE, DUE), FACE), {"used": 0, "limit": FACE - 1}


@refusal("CreditToken", "recharge", error="ReceivableZeroAmount")
def _recharge_nothing(world: World) -> Call:
    return "core", (world.trade("supplier", "core", FACE, DUE), 0), {}


for _amount in (FACE + 1, 2**128 - 1):

    @refusal("CreditToken", "recharge", error="ReceivablePartTooSmall")
    def _recharge_too_much(world: World, amount: int = _amount) -> Call:
        receivable = world.trade("supplier", "core", FACE, DUE)
        world.recharge(receivable, 1)
        return "core", (receivable, amount), {"amount": amount, "available": FACE - 1}


@refusal("CreditToken", "recharge", error="ReceivablePartTooSmall")
def _recharge_what_is_disputed(world: World) -> Call:
    receivable = world.trade("supplier", "core", FACE, DUE)
    world.send("core", "ReceivableRegistry", "dispute", receivable, FACE, REASON)
    return "core", (receivable, 1), {"available": 0}


@refusal("CreditToken", "payWith", error="ReceivableZeroAmount")
def _pay_with_nothing(world: World) -> Call:
    credit = world.issue(FACE, DUE)
    return "supplier", (credit, world.trade("second", "supplier", FACE, DUE), 0), {}


@refusal("CreditToken", "payWith", error="ReceivablePartTooSmall")
def _pay_with_more_than_the_trade(world: World) -> Call:
    credit = world.issue(FACE, DUE)
    return "supplier", (credit, world.trade("second", "supplier", PART, DUE), PART + 1), {"available": PART}


@refusal("CreditToken", "payWith", error="ERC1155InsufficientBalance")
def _pay_with_more_than_one_has(world: World) -> Call:
    credit = world.issue(PART, DUE)
    return "supplier", (credit, world.trade("second", "supplier", FACE, DUE), PART + 1), {"balance": PART}


@refusal("CreditToken", "redeem", error="ReceivableZeroAmount")
def _redeem_nothing(world: World) -> Call:
    return "Settlement", (world.address("supplier"), world.issue(FACE, DUE), 0), {}


@refusal("CreditToken", "redeem", error="ReceivableWrongStatus")
def _redeem_of_no_receivable(world: World) -> Call:
    return "Settlement", (world.address("supplier"), UNKNOWN, 0), {"id": UNKNOWN, "actual": 0}


@refusal("CreditToken", "setApprovalForAll", error="ERC1155InvalidOperator")
def _revoke_nobody(world: World) -> Call:
    return "supplier", (ZERO_ADDRESS, False), {}


# ------------------------------------------------------------------ financings


@refusal("FinancingDesk", "request", error="FinancingZeroFace")
def _request_nothing(world: World) -> Call:
    return "supplier", (world.issue(FACE, DUE), 0, START), {}


@refusal("FinancingDesk", "request", error="FinancingExpiryPast")
def _request_for_yesterday(world: World) -> Call:
    return "supplier", (world.issue(FACE, DUE), FACE, START - 1), {"expiresDay": START - 1, "today": START}


for _face in (FACE + 1, 2**64 + FACE, 2**128 - 1):

    @refusal("FinancingDesk", "request", error="ERC1155InsufficientBalance")
    def _request_more_than_one_has(world: World, face: int = _face) -> Call:
        return "supplier", (world.issue(FACE, DUE), face, START), {"balance": FACE, "needed": face}


@refusal("FinancingDesk", "request", error="ERC1155InsufficientBalance")
def _request_on_an_id_that_would_be_cut(world: World) -> Call:
    return "supplier", (world.issue(FACE, DUE) + 2**184, FACE, START), {"balance": 0}


def _decided(world: World, function: str, **changes: Any) -> tuple[str, tuple[Any, ...]]:
    financing = world.request("supplier", world.issue(FACE, DUE), ISSUED, START + 9)
    verdict = {"verdict": REFUSE} if function == "refuse" else {}
    decision = world.decision(financing, **verdict, **changes)
    return "bank" if function == "fund" else "keeper", (decision.values(), world.sign(decision))


EXECUTIONS = ("fund", "refuse")


@refusal("FinancingDesk", *EXECUTIONS, error="FinancingWrongVerdict")
def _the_other_verdict(world: World, function: str) -> Call:
    _, arguments = _decided(world, "refuse" if function == "fund" else "fund")
    return "bank", arguments, {"actual": 2 if function == "fund" else 1}


for _change in ({"holder": 1}, {"face": ISSUED + 1}, {"credit_id": 1}):

    @refusal("FinancingDesk", *EXECUTIONS, error="FinancingDecisionMismatch")
    def _decision_on_something_else(world: World, function: str, change: Mapping[str, int] = _change) -> Call:
        return *_decided(world, function, **change), {"face": ISSUED, "holder": world.id("supplier")}


@refusal("FinancingDesk", *EXECUTIONS, error="FinancingDecisionFromFuture")
def _decision_as_of_tomorrow(world: World, function: str) -> Call:
    return *_decided(world, function, as_of_day=START + 1), {"asOfDay": START + 1, "today": START}


@refusal("FinancingDesk", *EXECUTIONS, error="FinancingDecisionExpired")
def _decision_past_its_deadline(world: World, function: str) -> Call:
    call = _decided(world, function, deadline=START * 86_400 + 4_000)
    world.gateway.set_time(START * 86_400 + 4_001)  # type: ignore[arg-type]
    world.gateway.mine()
    return *call, {"deadline": START * 86_400 + 4_000, "timestamp": START * 86_400 + 4_001}


@refusal("FinancingDesk", *EXECUTIONS, error="FinancingNotDecider")
def _decision_signed_by_the_bank(world: World, function: str) -> Call:
    caller, (decision, _) = _decided(world, function)
    signature = world.signer("bank").sign_digest(world.view("FinancingDesk", "digestOf", decision))
    return caller, (decision, signature), {"signer": world.address("bank")}


@refusal("FinancingDesk", *EXECUTIONS, error="FinancingNotDecider")
def _decision_altered_after_signing(world: World, function: str) -> Call:
    caller, (decision, signature) = _decided(world, function)
    altered = (*decision[:13], decision[13] + 1, *decision[14:])
    return caller, (altered, signature), {}


@refusal("FinancingDesk", *EXECUTIONS, error="ECDSAInvalidSignatureLength")
def _decision_unsigned(world: World, function: str) -> Call:
    caller, (decision, _) = _decided(world, function)
    return caller, (decision, b""), {"length": 0}


@refusal("FinancingDesk", *EXECUTIONS, error="ECDSAInvalidSignature")
def _decision_signed_by_nobody(world: World, function: str) -> Call:
    caller, (decision, _) = _decided(world, function)
    return caller, (decision, bytes(65)), {}


@refusal("FinancingDesk", *EXECUTIONS, error="ECDSAInvalidSignatureS")
def _decision_with_a_malleated_signature(world: World, function: str) -> Call:
    caller, (decision, signature) = _decided(world, function)
    s = SECP256K1_ORDER - int.from_bytes(signature[32:64])
    return caller, (decision, signature[:32] + s.to_bytes(32) + bytes([55 - signature[64]])), {}


for _terms in ({"price": 0, "claim": 0}, {"claim": ISSUED + 1}, {"claim": PART, "price": PART + 1}):

    @refusal("FinancingDesk", "fund", error="FinancingTermsOutOfOrder")
    def _terms_out_of_order(world: World, terms: Mapping[str, int] = _terms) -> Call:
        return *_decided(world, "fund", **terms), {"face": ISSUED}


for _off in (-1, 1):

    @refusal("FinancingDesk", "fund", error="FinancingWrongPrice")
    def _price_off_by_one(world: World, off: int = _off) -> Call:
        price = ISSUED * 3_650_000 // (3_650_000 + 600 * 90)
        return *_decided(world, "fund", price=price + off), {"price": price + off, "computed": price}


@refusal("FinancingDesk", "fund", error="ERC20InsufficientAllowance")
def _fund_without_allowance(world: World) -> Call:
    world.allow("bank", "FinancingDesk", PART)
    return *_decided(world, "fund"), {"allowance": PART}


@refusal("FinancingDesk", "fund", error="ERC20InsufficientBalance")
def _fund_without_cash(world: World) -> Call:
    world.send("bank", "CashToken", "transfer", world.address("third"), CASH)
    return *_decided(world, "fund"), {"balance": 0}


@refusal("FinancingDesk", "fund", error="CashPaymentCapExceeded", capped=True)
def _fund_over_the_cap(world: World) -> Call:
    financing = world.request("supplier", world.issue(2 * PAYMENT_CAP, DUE), 2 * PAYMENT_CAP, START)
    decision = world.decision(financing)
    return "bank", (decision.values(), world.sign(decision)), {"amount": decision.price, "cap": PAYMENT_CAP}


@refusal("FinancingDesk", "fund", error="CashWalletCapExceeded", capped=True)
def _fund_into_a_full_wallet(world: World) -> Call:
    world.mint("supplier", CASH)
    return *_decided(world, "fund"), {"balance": WALLET_CAP}


# ------------------------------------------------------------------ settlement


@refusal("Settlement", "repay", error="SettlementZeroAmount")
def _repay_nothing(world: World) -> Call:
    return "core", (world.issue(FACE, DUE), 0), {}


@refusal("Settlement", "repay", error="SettlementOverpaid")
def _repay_too_much(world: World) -> Call:
    return "core", (world.issue(FACE, DUE), FACE + 1), {"amount": FACE + 1, "due": FACE}


@refusal("Settlement", "repay", error="SettlementOverpaid")
def _repay_more_than_the_rest(world: World) -> Call:
    credit = world.issue(FACE, DUE)
    world.repay(credit, FACE - PART)
    return "core", (credit, PART + 1), {"due": PART}


@refusal("Settlement", "repay", error="ERC20InsufficientAllowance")
def _repay_without_allowance(world: World) -> Call:
    world.allow("core", "Settlement", PART)
    return "core", (world.issue(FACE, DUE), PART + 1), {"allowance": PART}


@refusal("Settlement", "repay", error="ERC20InsufficientBalance")
def _repay_without_cash(world: World) -> Call:
    world.send("core", "CashToken", "transfer", world.address("third"), CASH - PART)
    return "core", (world.issue(FACE, DUE), PART + 1), {"balance": PART}


@refusal("Settlement", "crank", error="SettlementDeskIsNoHolder")
def _crank_the_desk(world: World) -> Call:
    scene = build(world, Credit.COLLECTED)
    holders = [world.address("supplier"), world.address("FinancingDesk")]
    return "keeper", (scene.credit, holders), {"id": scene.credit}


@refusal("Settlement", "claim", error="SettlementWalletFull", capped=True)
def _claim_into_a_full_wallet(world: World) -> Call:
    credit = world.issue(FACE, DUE)
    world.repay(credit, FACE)
    world.mint("supplier", CASH)
    world.crank(credit, "supplier")
    return "supplier", (), {"balance": WALLET_CAP, "cap": WALLET_CAP}


# ------------------------------------------------------------------ wiring undone

WIRES: Mapping[tuple[str, str], tuple[Credit | None, tuple[str, str, str]]] = {
    ("CreditToken", "recharge"): (Credit.LIVE, ("CreditLine", "CREDIT_TOKEN", "CreditToken")),
    ("CreditToken", "payWith"): (Credit.LIVE, ("ReceivableRegistry", "CREDIT_TOKEN", "CreditToken")),
    ("FinancingDesk", "request"): (Credit.LIVE, ("CreditToken", "DESK", "FinancingDesk")),
    ("FinancingDesk", "refuse"): (Credit.LIVE, ("CreditToken", "DESK", "FinancingDesk")),
    ("FinancingDesk", "cancel"): (Credit.LIVE, ("CreditToken", "DESK", "FinancingDesk")),
    ("FinancingDesk", "expire"): (Credit.LIVE, ("CreditToken", "DESK", "FinancingDesk")),
    ("Settlement", "repay"): (Credit.LIVE, ("CreditLine", "SETTLEMENT", "Settlement")),
    ("Settlement", "collect"): (Credit.DUE, ("CreditToken", "SETTLEMENT", "Settlement")),
    ("Settlement", "crank"): (Credit.COLLECTED, ("CreditToken", "SETTLEMENT", "Settlement")),
    ("Settlement", "settle"): (Credit.COLLECTED, ("FinancingDesk", "SETTLEMENT", "Settlement")),
}
"""Calls that act on another contract, the scene in which they pass, and the role without which they do not."""

_CALLERS = {"recharge": "core", "repay": "core", "payWith": "supplier", "request": "supplier", "cancel": "supplier"}


def _unwired(scene: Scene, role: tuple[str, str, str], call: tuple[str, str]) -> Call:
    contract, name, holder = role
    world, caller = scene.world, _CALLERS.get(call[1], "keeper")
    world.send("admin", contract, "revokeRole", keccak(text=name), world.address(holder))
    expected = {"account": world.address(holder), "neededRole": keccak(text=name)}
    return caller, ARGUMENTS[call](scene, caller), expected


for _call, (_state, _role) in WIRES.items():

    @refusal(*_call, error="AccessControlUnauthorizedAccount")
    def _role_revoked(
        world: World,
        state: Any = _state,
        role: tuple[str, str, str] = _role,
        call: tuple[str, str] = _call,
    ) -> Call:
        return _unwired(build(world, state), role, call)


# ------------------------------------------------------------------ what cannot be


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Errors that stand on a function's way in the source, and why no call can meet them."""

    errors: tuple[str, ...]
    functions: tuple[str, ...]
    """As ``Contract.function``; ``Contract.*`` for all of them, ``*`` for all of all."""
    why: str

    def covers(self, contract: str, function: str, error: str) -> bool:
        places = {"*", f"{contract}.*", f"{contract}.{function}"}
        return error in self.errors and not places.isdisjoint(self.functions)


CASH_IN = ("Settlement.repay", "Settlement.collect")
CASH_CALLS = ("ReceivableRegistry.pay", "FinancingDesk.fund", *CASH_IN)
CASH_OUT = ("Settlement.crank", "Settlement.settle", "Settlement.claim")
LIMITS = ("CashFrozen", "CashWalletCapExceeded", "CashPaymentCapExceeded")
GUARD = ("CashPartyNotValid", "CashAccountFrozen", *LIMITS)

UNREACHABLE: tuple[Unreachable, ...] = (
    Unreachable(("SafeERC20FailedOperation",), ("*",), "the cash token returns true or reverts by name"),
    Unreachable(("ERC1155InvalidArrayLength",), ("*",), "both arrays are made of one element"),
    Unreachable(
        ("ERC20InvalidApprover",),
        (*CASH_CALLS, "CashToken.approve", "CashToken.permit"),
        "nobody calls from the zero address, recovers to it, or is enrolled at it",
    ),
    Unreachable(
        ("ERC20InvalidSpender",), (*CASH_CALLS, "CashToken.transferFrom"), "nobody calls from the zero address"
    ),
    Unreachable(
        ("ERC20InvalidSender",),
        (*CASH_CALLS, *CASH_OUT, *(f"CashToken.{name}" for name in MOVEMENTS), "CashToken.burn"),
        "participants and callers have addresses; from nobody the allowance refuses first",
    ),
    Unreachable(("ERC20InvalidReceiver",), (*CASH_CALLS, *CASH_OUT), "participants have addresses"),
    Unreachable(
        ("CashAccountFrozen", *LIMITS, "ERC20InsufficientBalance"),
        ("CashToken.mint",),
        "a mint has no sender, and no guard but validity",
    ),
    Unreachable(GUARD, ("CashToken.burn",), "a burn passes the guard"),
    Unreachable(GUARD, CASH_IN, "cash into a SYSTEM account is never stopped"),
    Unreachable(
        ("ERC20InsufficientAllowance", "ERC20InsufficientBalance"),
        ("Settlement.collect",),
        "collect asks for balance and allowance first",
    ),
    Unreachable(
        (*GUARD, "ERC20InsufficientBalance"),
        ("Settlement.crank", "Settlement.settle"),
        "a payout asks first whether it would arrive, and pays out of what came in",
    ),
    Unreachable(
        (*LIMITS, "ERC20InsufficientBalance"),
        ("Settlement.claim",),
        "cash out of a SYSTEM account has no frozen part nor payment cap, and is cut to what the wallet may hold",
    ),
    Unreachable(
        ("CreditIsSealed", "CreditLineOverReleased"),
        CASH_IN,
        "only the first cash seals, and no more is released than was used",
    ),
    Unreachable(
        ("ERC1155InsufficientBalance",),
        (
            *("CreditToken.recharge", "FinancingDesk.refuse", "FinancingDesk.cancel", "FinancingDesk.expire"),
            *("Settlement.crank", "Settlement.settle"),
        ),
        "a mint has no sender, the desk has what is pledged, and a crank asks for the balance",
    ),
    Unreachable(
        ("ReceivablePartTooSmall", "ReceivableWrongStatus", "ReceivableZeroAmount"),
        ("Settlement.crank", "Settlement.settle"),
        "balances are skipped when zero, and add up to the tokenised part",
    ),
    Unreachable(("ReceivablePartTooSmall",), ("CreditToken.redeem",), "balances add up to the tokenised part"),
    Unreachable(
        ("ParticipantLacksRole",),
        (
            *(f"ReceivableRegistry.{name}" for name in ("amend", "confirm", "dispute", "resolve")),
            *("CreditToken.payWith", "FinancingDesk.request"),
        ),
        "no role is asked for",
    ),
    Unreachable(
        ("ParticipantUnknown",), ("CreditToken.recharge", "CreditToken.payWith"), "a registered creditor is enrolled"
    ),
    Unreachable(
        ("ERC1155InsufficientBalance", "ERC1155InvalidReceiver", "ERC1155InvalidSender"),
        ("CreditToken.safeTransferFrom", "CreditToken.safeBatchTransferFrom"),
        "nobody is authorised",
    ),
    Unreachable(("ERC1155InvalidApprover",), ("CreditToken.setApprovalForAll",), "nobody calls from the zero address"),
    Unreachable(
        ("ECDSAInvalidSignatureLength",), ("CashToken.permit",), "a permit brings the signature in three words"
    ),
)
