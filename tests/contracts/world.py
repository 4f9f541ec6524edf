"""A ledger to experiment on: every contract deployed and wired, a cast enrolled, and one verb for each thing they do.

`World` takes the artifacts as an argument, so that a mutant compiled from changed sources makes a world just as well.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from typing import Any

from eth_utils.crypto import keccak

from scfin_chain.artifacts import Artifact
from scfin_chain.chain import (
    DEPLOYER,
    ZERO_ADDRESS,
    Contract,
    ContractAbi,
    DecodedLog,
    ErrorCatalogue,
    Receipt,
    Signer,
    development_signer,
)
from scfin_chain.chain.backends.eth_tester import CHAIN_ID, EthTesterGateway
from scfin_chain.errors import ContractReverted
from scfin_chain.units import DAY_SECONDS, Address, Day, Timestamp

CONTRACTS = (
    "Participants",
    "CashToken",
    "ReceivableRegistry",
    "CreditLine",
    "CreditToken",
    "FinancingDesk",
    "Settlement",
)

START = Day(19_723)
"""2024-01-01, the day on which every world begins."""

FOREVER = 2**32 - 1
MAX = 2**256 - 1
MOST = 2**63 - 1
"""The largest face, the largest limit, and the most that there may be of cash: what a signed 64-bit integer holds."""
ETHER = 10**18

CENTRAL_BANK, BANK, CORE_ENTERPRISE, SUPPLIER, CARRIER, REGULATOR, SYSTEM = (1 << bit for bit in range(7))

NONE, ORDERED, SHIPPED, DELIVERED, ACCEPTED = range(5)
APPROVE, REFUSE = 1, 2

CAST: Mapping[str, tuple[int, int]] = {
    "central bank": (CENTRAL_BANK, 0),
    "bank": (BANK, 0),
    "other bank": (BANK, 0),
    "core": (CORE_ENTERPRISE, 0),
    "other core": (CORE_ENTERPRISE, 0),
    "supplier": (SUPPLIER, 1),
    "second": (SUPPLIER, 2),
    "third": (SUPPLIER, 3),
    "carrier": (CARRIER, 0),
    "regulator": (REGULATOR, 0),
}
"""Participants by name: their roles and tier."""

OFFICES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "registrar": (("Participants", "REGISTRAR"),),
    "guardian": (("Participants", "GUARDIAN"),),
    "central bank": (("CashToken", "CENTRAL_BANK"),),
    "compliance": (("CashToken", "COMPLIANCE"),),
    "court": (("CashToken", "COURT"),),
    "bank": (("CreditLine", "BANK"),),
    "decider": (("FinancingDesk", "DECIDER"),),
    "CreditToken": (("ReceivableRegistry", "CREDIT_TOKEN"), ("CreditLine", "CREDIT_TOKEN")),
    "FinancingDesk": (("CreditToken", "DESK"),),
    "Settlement": (("CreditLine", "SETTLEMENT"), ("CreditToken", "SETTLEMENT"), ("FinancingDesk", "SETTLEMENT")),
}
"""Administrative roles by holder: people, and contracts that act on one another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the constructors take; amounts in minor units."""

    wallet_cap: int = MAX
    payment_cap: int = MAX
    currency: int = 156
    fee_grace_days: int = 5
    default_days: int = 30
    late_fee_bps: int = 1_800
    dust: str = "regulator"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a decider signs: the fields of the EIP-712 type, in its order."""

    verdict: int
    financing: int
    bank: int
    holder: int
    credit_id: int
    face: int
    price: int
    claim: int
    rate_bps: int
    pd_bps: int
    lgd_bps: int
    recourse: bool
    supervised: bool
    reason: int
    model_hash: bytes
    inputs_hash: bytes
    as_of_day: int
    deadline: int

    def values(self) -> tuple[Any, ...]:
        """As the ABI takes it."""
        return tuple(getattr(self, field.name) for field in fields(self))


def price_down(claim: int, rate_bps: int, days: int) -> int:
    """Cash today for a claim, simple interest on actual/365, rounded down."""
    return claim * 3_650_000 // (3_650_000 + rate_bps * days)


class World:
    """One deployment and its cast; `send` acts, `refusal` asks what would happen, `view` reads."""

    def __init__(
        self, artifacts: Mapping[str, Artifact], terms: Terms | None = None, until: Mapping[str, int] | None = None
    ) -> None:
        """``until`` names those of the cast who are enrolled up to a last day only."""
        self.artifacts = artifacts
        self.terms = terms or Terms()
        self._signers = {name: development_signer(name) for name in {*CAST, *OFFICES, "stranger", "keeper"}}
        self.gateway = EthTesterGateway(
            genesis_time=Timestamp(START * DAY_SECONDS),
            errors=ErrorCatalogue([artifacts[name].abi for name in CONTRACTS]),
            funds={signer.address: ETHER for signer in self._signers.values()},
        )
        self._signers["admin"] = development_signer(DEPLOYER)
        self._contracts: dict[str, Contract] = {}
        self._ids: dict[str, int] = {}
        self._names: dict[Address, str] = {}
        self._numbers = 0
        self._deploy()
        self._grant()
        self._enrol(until or {})

    # ------------------------------------------------------------------ who and where

    def signer(self, who: str) -> Signer:
        return self._signers[who]

    def address(self, who: str) -> Address:
        """Of a member of the cast, or of a contract; the zero address of nobody, "" ."""
        if not who:
            return ZERO_ADDRESS
        return self._contracts[who].address if who in self._contracts else self._signers[who].address

    def id(self, who: str) -> int:
        """The participant id; 0 for who is none."""
        return self._ids.get(who, 0)

    def add(self, who: str, *, funded: bool = True) -> str:
        """A further account, not yet enrolled."""
        self._signers[who] = development_signer(who)
        if funded:
            self.gateway.transact(self.signer("admin"), self.address(who), value=ETHER)
        return who

    def enrol(self, who: str, roles: int = SUPPLIER, *, tier: int = 1, until: int = FOREVER) -> int:
        """Enrol an account, a further one or a contract."""
        if who not in self._contracts and who not in self._signers:
            self.add(who)
        receipt = self.send(
            "registrar", "Participants", "enrol", self.address(who), roles, tier, until, keccak(text=who)
        )
        self._ids[who] = int(self.event(receipt, "Enrolled")["id"])
        return self._ids[who]

    # ------------------------------------------------------------------ acting and asking

    def send(self, who: str, contract: str, function: str, *arguments: Any, gas: int | None = None) -> Receipt:
        """A transaction; a refusal raises `ContractReverted`."""
        return self._contracts[contract].transact(self.signer(who), function, *arguments, gas=gas)

    def simulate(self, who: str, contract: str, function: str, *arguments: Any) -> None:
        """The same without a transaction, at the head's time; contracts can be the caller too."""
        target = self._contracts[contract]
        self.gateway.call(target.address, target.abi.encode(function, *arguments), sender=self.address(who))

    def refusal(self, who: str, contract: str, function: str, *arguments: Any) -> ContractReverted | None:
        """Why a transaction would be refused; None if it would not."""
        try:
            self.simulate(who, contract, function, *arguments)
        except ContractReverted as reverted:
            return reverted
        return None

    def encode(self, contract: str, function: str, *arguments: Any) -> bytes:
        """The calldata of a call."""
        return self._contracts[contract].abi.encode(function, *arguments)

    def view(self, contract: str, function: str, *arguments: Any) -> Any:
        return self._contracts[contract].call(function, *arguments)

    def events(self, receipt: Receipt) -> list[DecodedLog]:
        """What the ledger's contracts told, in order."""
        decoded = (self._contracts[self._names[log.address]].abi.decode_log(log) for log in receipt.logs)
        return [event for event in decoded if event is not None]

    def event(self, receipt: Receipt, name: str) -> dict[str, Any]:
        """The arguments of the one event of that name."""
        [event] = [event for event in self.events(receipt) if event.name == name]
        return event.arguments

    # ------------------------------------------------------------------ time

    @property
    def today(self) -> int:
        return self.gateway.head().timestamp // DAY_SECONDS

    def go_to(self, day: int) -> None:
        """The first second of a later day, in a block of its own."""
        self.gateway.set_time(Timestamp(day * DAY_SECONDS))
        self.gateway.mine()

    @contextmanager
    def meanwhile(self) -> Iterator[None]:
        """What happens inside has not happened afterwards."""
        snapshot, ids, numbers = self.gateway.snapshot(), dict(self._ids), self._numbers
        try:
            yield
        finally:
            self.gateway.revert(snapshot)
            self._ids, self._numbers = ids, numbers

    # ------------------------------------------------------------------ receivables

    def terms_of(self, creditor: str, debtor: str, face: int, due: int, **changes: Any) -> tuple[Any, ...]:
        """What a creditor registers: by default an invoice with a number of its own."""
        self._numbers += 1
        terms = {
            "debtor": self.id(debtor),
            "programme": 1,
            "document_type": 0,
            "number": f"INV-{self._numbers}".encode(),
            "face": face,
            "due": due,
            "documents": keccak(text=f"{creditor}/{self._numbers}"),
        } | changes
        return (*terms.values(),)

    def register(self, creditor: str, debtor: str, face: int, due: int, **changes: Any) -> int:
        terms = self.terms_of(creditor, debtor, face, due, **changes)
        receipt = self.send(creditor, "ReceivableRegistry", "register", terms)
        return int(self.event(receipt, "ReceivableRegistered")["id"])

    def attest(self, receivable: int, milestone: int = DELIVERED) -> Receipt:
        return self.send("carrier", "ReceivableRegistry", "attest", receivable, milestone, keccak(text="way bill"))

    def registered(self, receivable: int) -> tuple[int, int, bytes]:
        """Face, due day and documents, as they stand registered: what a debtor confirms."""
        face = self.view("ReceivableRegistry", "face", receivable)
        due = self.view("ReceivableRegistry", "receivable", receivable).dueDay
        return face, due, self.view("ReceivableRegistry", "documents", receivable)

    def confirm(self, receivable: int, debtor: str = "core") -> Receipt:
        return self.send(debtor, "ReceivableRegistry", "confirm", receivable, *self.registered(receivable))

    def trade(self, creditor: str, debtor: str, face: int, due: int, **changes: Any) -> int:
        """A confirmed receivable; delivered first where the debtor is a core enterprise."""
        receivable = self.register(creditor, debtor, face, due, **changes)
        if self.view("ReceivableRegistry", "receivable", receivable).deliveryRequired:
            self.attest(receivable)
        self.confirm(receivable, debtor)
        return receivable

    def parts(self, receivable: int) -> tuple[int, int, int, int]:
        """Free, tokenised, settled, disputed."""
        return tuple(self.view("ReceivableRegistry", "parts", receivable))

    # ------------------------------------------------------------------ credit tokens

    def set_limit(self, issuer: str = "core", limit: int = 10**12) -> Receipt:
        return self.send("bank", "CreditLine", "setLimit", self.id(issuer), limit)

    def line(self, issuer: str = "core") -> tuple[int, int]:
        """Limit and used."""
        return tuple(self.view("CreditLine", "line", self.id(issuer)))

    def recharge(self, receivable: int, amount: int, issuer: str = "core") -> int:
        receipt = self.send(issuer, "CreditToken", "recharge", receivable, amount)
        return int(self.event(receipt, "CreditRecharged")["id"])

    def issue(self, face: int, due: int, *, creditor: str = "supplier", issuer: str = "core") -> int:
        """Tokens for the whole of a new receivable, with the creditor."""
        return self.recharge(self.trade(creditor, issuer, face, due), face, issuer)

    def pay_with(self, payer: str, credit: int, payee: str, amount: int) -> int:
        """Split: pay a new trade of just this amount; returns the trade."""
        trade = self.trade(payee, payer, amount, self.today)
        self.send(payer, "CreditToken", "payWith", credit, trade, amount)
        return trade

    def credit(self, who: str, credit: int) -> int:
        return int(self.view("CreditToken", "balanceOf", self.address(who), credit))

    # ------------------------------------------------------------------ cash

    def mint(self, who: str, amount: int) -> Receipt:
        return self.send("central bank", "CashToken", "mint", self.address(who), amount)

    def allow(self, who: str, contract: str, amount: int = MAX) -> Receipt:
        return self.send(who, "CashToken", "approve", self.address(contract), amount)

    def permit(self, owner: str, spender: str, amount: int, deadline: int = MAX) -> tuple[Any, ...]:
        """The arguments of an allowance by signature."""
        nonce = int(self.view("CashToken", "nonces", self.address(owner)))
        parties = word(self.address(owner)) + word(self.address(spender))
        words = parties + b"".join(value.to_bytes(32) for value in (amount, nonce, deadline))
        struct = keccak(keccak(text=_PERMIT_TYPE) + words)
        separator = self.view("CashToken", "DOMAIN_SEPARATOR")
        r, s, y_parity = self.signer(owner).sign(keccak(b"\x19\x01" + separator + struct))
        addresses = self.address(owner), self.address(spender)
        return (*addresses, amount, deadline, 27 + y_parity, r.to_bytes(32), s.to_bytes(32))

    def cash(self, who: str) -> int:
        return int(self.view("CashToken", "balanceOf", self.address(who)))

    # ------------------------------------------------------------------ financings

    def request(self, holder: str, credit: int, face: int, expires: int | None = None) -> int:
        last = self.today if expires is None else expires
        receipt = self.send(holder, "FinancingDesk", "request", credit, face, last)
        return int(self.event(receipt, "FinancingRequested")["id"])

    def decision(self, financing: int, *, verdict: int = APPROVE, bank: str = "bank", **changes: Any) -> Decision:
        """A decision that the desk would execute today, but for the changes; the claim is the face, the rate 6 %."""
        record = self.view("FinancingDesk", "financing", financing)
        claim = int(changes.get("claim", record.face))
        rate_bps = int(changes.get("rate_bps", 600))
        as_of_day = int(changes.get("as_of_day", self.today))
        days = max(maturity_of(record.creditId) - as_of_day, 0)
        decision = Decision(
            verdict=verdict,
            financing=financing,
            bank=self.id(bank),
            holder=record.holder,
            credit_id=record.creditId,
            face=record.face,
            price=price_down(claim, rate_bps, days),
            claim=claim,
            rate_bps=rate_bps,
            pd_bps=120,
            lgd_bps=4_500,
            recourse=False,
            supervised=True,
            reason=0,
            model_hash=keccak(text="model"),
            inputs_hash=keccak(text="inputs"),
            as_of_day=as_of_day,
            deadline=self.gateway.head().timestamp + DAY_SECONDS,
        )
        return replace(decision, **changes)

    def sign(self, decision: Decision, who: str = "decider") -> bytes:
        """The signature over the decision's EIP-712 digest, worked out here, not asked of the desk."""
        return self.signer(who).sign_digest(decision_digest(decision, self.address("FinancingDesk"), CHAIN_ID))

    def fund(self, financing: int, *, bank: str = "bank", **changes: Any) -> Decision:
        decision = self.decision(financing, bank=bank, **changes)
        self.send(bank, "FinancingDesk", "fund", decision.values(), self.sign(decision))
        return decision

    def refuse(self, financing: int, **changes: Any) -> Receipt:
        decision = self.decision(financing, verdict=REFUSE, **changes)
        return self.send("keeper", "FinancingDesk", "refuse", decision.values(), self.sign(decision))

    # ------------------------------------------------------------------ settlement

    def repay(self, credit: int, amount: int, issuer: str = "core") -> Receipt:
        return self.send(issuer, "Settlement", "repay", credit, amount)

    def collect(self, credit: int) -> Receipt:
        return self.send("keeper", "Settlement", "collect", credit)

    def crank(self, credit: int, *holders: str) -> Receipt:
        return self.send("keeper", "Settlement", "crank", credit, [self.address(who) for who in holders])

    def settle(self, financing: int) -> Receipt:
        return self.send("keeper", "Settlement", "settle", financing)

    def account(self, credit: int) -> Any:
        return self.view("Settlement", "accountOf", credit)

    # ------------------------------------------------------------------ founding

    def _deploy(self) -> None:
        admin, terms = self.address("admin"), self.terms
        name, symbol = "Digital central bank money", "CBDC"
        arguments: dict[str, tuple[Any, ...]] = {
            "Participants": (admin,),
            "CashToken": (admin, "Participants", name, symbol, terms.wallet_cap, terms.payment_cap),
            "ReceivableRegistry": (admin, "Participants", "CashToken"),
            "CreditLine": (admin, "Participants"),
            "CreditToken": (admin, "Participants", "ReceivableRegistry", "CreditLine", terms.currency),
            "FinancingDesk": (admin, "Participants", "CashToken", "CreditToken"),
            "Settlement": (
                *("Participants", "CashToken", "CreditLine", "CreditToken", "FinancingDesk"),
                *(terms.fee_grace_days, terms.default_days, terms.late_fee_bps, self.address(terms.dust)),
            ),
        }
        for contract in CONTRACTS:
            self.deploy(contract, *arguments[contract])

    def deploy(self, contract: str, *arguments: Any) -> Contract:
        """Deploy a contract by name; an argument that names a deployed one stands for its address."""
        artifact = self.artifacts[contract]
        code = bytes.fromhex(artifact.bytecode.removeprefix("0x"))
        placed = [self._contracts[a].address if a in self._contracts else a for a in arguments]
        made = Contract.deploy(self.gateway, self.signer("admin"), ContractAbi(artifact.abi), code, *placed)
        self._contracts[contract] = made
        self._names[made.address] = contract
        return made

    def _grant(self) -> None:
        for holder, offices in OFFICES.items():
            for contract, role in offices:
                self.send("admin", contract, "grantRole", keccak(text=role), self.address(holder))

    def _enrol(self, until: Mapping[str, int]) -> None:
        for contract in ("FinancingDesk", "Settlement"):
            self.enrol(contract, SYSTEM, tier=0)
        for who, (roles, tier) in CAST.items():
            self.enrol(who, roles, tier=tier, until=until.get(who, FOREVER))


def word(address: Address) -> bytes:
    """An address as an ABI word."""
    return bytes.fromhex(address[2:]).rjust(32, b"\0")


def maturity_of(credit: int) -> int:
    """The maturity day in a credit token's id."""
    return (credit >> 96) & 0xFFFF_FFFF


_DECISION_TYPE = (
    "Decision(uint8 verdict,uint64 financing,uint32 bank,uint32 holder,uint256 creditId,uint128 face,uint128 price,"
    "uint128 claim,uint32 rateBps,uint32 pdBps,uint32 lgdBps,bool recourse,bool supervised,uint8 reason,"
    "bytes32 modelHash,bytes32 inputsHash,uint32 asOfDay,uint64 deadline)"
)
_PERMIT_TYPE = "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
_DOMAIN_TYPE = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"


def decision_digest(decision: Decision, desk: Address, chain_id: int) -> bytes:
    """The EIP-712 digest of a decision; every field is one word, so the encoding is a concatenation."""
    words = b"".join(v if isinstance(v, bytes) else int(v).to_bytes(32) for v in decision.values())
    domain = keccak(
        keccak(text=_DOMAIN_TYPE)
        + keccak(text="scfin-chain FinancingDesk")
        + keccak(text="1")
        + chain_id.to_bytes(32)
        + word(desk)
    )
    return keccak(b"\x19\x01" + domain + keccak(keccak(text=_DECISION_TYPE) + words))
