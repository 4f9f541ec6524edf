"""The founding of a ledger: contracts, roles, and the first participants."""

from collections import Counter
from dataclasses import dataclass

from eth_utils.crypto import keccak

from scfin_chain.artifacts import Artifact
from scfin_chain.chain.deployment import CONTRACTS, Deployment
from scfin_chain.chain.gateway import Gateway
from scfin_chain.chain.keyring import Keyring
from scfin_chain.chain.ledger import Ledger
from scfin_chain.chain.signer import DEPLOYER, Signer, development_signer
from scfin_chain.config import LedgerSettings
from scfin_chain.errors import ChainError
from scfin_chain.roles import Role
from scfin_chain.units import Address, Money, ParticipantId

CASH_CAP = 2**62
"""The most that a wallet may hold or a payment move, minor units: it fits a database's integer."""

CASH_NAME, CASH_SYMBOL, CURRENCY = "Digital central bank money", "CBDC", 156
"""The currency is ISO 4217's number of the yuan, in which the papers count."""

FOREVER = 2**32 - 1
"""The last day that the contracts know: an enrolment without end."""

FULL_ALLOWANCE = 2**256 - 1
"""An allowance that ERC-20 never reduces: the standing order behind automatic repayment."""

GAS_MONEY = 10 * 10**18
"""Wei that each new account gets to pay for its transactions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Founder:
    """A participant of the founding, with its account."""

    id: ParticipantId
    signer: Signer


@dataclass(frozen=True, slots=True, kw_only=True)
class Founders:
    """Those who are there from the start. ``registrar`` administers, ``decider`` only signs, ``keeper`` only cranks."""

    registrar: Signer
    decider: Signer
    keeper: Signer
    central_bank: Founder
    bank: Founder
    carrier: Founder
    regulator: Founder


def grants(deployment: Deployment, keys: Keyring) -> tuple[tuple[str, str, Address], ...]:
    """Who holds which role of which contract: (contract, role, account)."""
    at = deployment.addresses
    bank = keys.signer("bank").address
    return (
        ("Participants", "REGISTRAR", deployment.deployer),
        ("Participants", "GUARDIAN", deployment.deployer),
        ("CashToken", "CENTRAL_BANK", keys.signer("central bank").address),
        ("CashToken", "COMPLIANCE", keys.signer("compliance").address),
        ("CashToken", "COURT", keys.signer("court").address),
        ("ReceivableRegistry", "CREDIT_TOKEN", at["CreditToken"]),
        ("CreditLine", "BANK", bank),
        ("CreditLine", "CREDIT_TOKEN", at["CreditToken"]),
        ("CreditLine", "SETTLEMENT", at["Settlement"]),
        ("CreditToken", "DESK", at["FinancingDesk"]),
        ("CreditToken", "SETTLEMENT", at["Settlement"]),
        ("FinancingDesk", "DECIDER", keys.signer("decider").address),
        ("FinancingDesk", "SETTLEMENT", at["Settlement"]),
    )


def found(
    gateway: Gateway,
    artifacts: dict[str, Artifact],
    *,
    terms: LedgerSettings,
    bank_cash: Money,
    keys: Keyring | None = None,
) -> tuple[Ledger, Founders]:
    """Deploy everything from the deployer's first transaction on, and enrol the founders.

    A founding that was interrupted goes on where it stopped: each step is one nonce of its sender, and a nonce that is
    spent is a step that is done. So on a founded ledger it only finds out who the founders are.

    Raises
    ------
    ChainError
        The deployer has sent transactions before, so that the contracts would not stand where they are looked for.
    """
    keys = keys or Keyring()
    deployer = keys.deployer
    deployment = Deployment(deployer.address, artifacts)
    founding = _Founding(gateway, deployment)
    _deploy(founding, artifacts, keys, terms)
    for contract, role, account in grants(deployment, keys):
        founding.act(deployer, contract, "grantRole", keccak(text=role), account)
    for system in ("FinancingDesk", "Settlement"):
        founding.enrol(deployer, system, deployment.addresses[system], Role.SYSTEM)
    founders = Founders(
        registrar=deployer,
        decider=keys.signer("decider"),
        keeper=founding.fund(deployer, keys.signer("keeper")),
        central_bank=_founder(founding, keys, "central bank", Role.CENTRAL_BANK),
        bank=_founder(founding, keys, "bank", Role.BANK),
        carrier=_founder(founding, keys, "carrier", Role.CARRIER),
        regulator=_founder(founding, keys, "regulator", Role.REGULATOR),
    )
    founding.act(founders.central_bank.signer, "CashToken", "mint", founders.bank.signer.address, bank_cash)
    founding.act(founders.bank.signer, "CashToken", "approve", deployment.addresses["FinancingDesk"], FULL_ALLOWANCE)
    return founding.ledger, founders


class _Founding:
    """Sends each account's transactions in order, and leaves out those whose nonce is spent."""

    def __init__(self, gateway: Gateway, deployment: Deployment) -> None:
        self.ledger = Ledger(gateway, deployment)
        self.deployment = deployment
        self._steps: Counter[Address] = Counter()

    def transact(self, signer: Signer, to: Address | None, data: bytes = b"", *, value: int = 0) -> None:
        step, gateway = self._steps[signer.address], self.ledger.gateway
        self._steps[signer.address] += 1
        if step >= gateway.nonce(signer.address):
            gateway.transact(signer, to, data, value=value)

    def act(self, signer: Signer, contract: str, function: str, *arguments: object) -> None:
        data = self.deployment.abis[contract].encode(function, *arguments)
        self.transact(signer, self.deployment.addresses[contract], data)

    def enrol(self, registrar: Signer, name: str, account: Address, role: Role) -> ParticipantId:
        self.act(registrar, "Participants", "enrol", account, int(role), 0, FOREVER, keccak(text=name))
        return ParticipantId(self.ledger.view("Participants", "participant", account).id)

    def fund(self, deployer: Signer, signer: Signer) -> Signer:
        self.transact(deployer, signer.address, value=GAS_MONEY)
        return signer


def fund(gateway: Gateway, signer: Signer) -> Signer:
    """Give an account the wei for its transactions."""
    gateway.transact(development_signer(DEPLOYER), signer.address, value=GAS_MONEY)
    return signer


def _founder(founding: _Founding, keys: Keyring, name: str, role: Role) -> Founder:
    signer = founding.fund(keys.deployer, keys.signer(name))
    return Founder(id=founding.enrol(keys.deployer, name, signer.address, role), signer=signer)


def _deploy(founding: _Founding, artifacts: dict[str, Artifact], keys: Keyring, terms: LedgerSettings) -> None:
    deployment, gateway = founding.deployment, founding.ledger.gateway
    at = deployment.addresses
    arguments: dict[str, object] = {
        "admin": deployment.deployer,
        "participants": at["Participants"],
        "cash": at["CashToken"],
        "registry": at["ReceivableRegistry"],
        "line": at["CreditLine"],
        "credit": at["CreditToken"],
        "desk": at["FinancingDesk"],
        "name": CASH_NAME,
        "symbol": CASH_SYMBOL,
        "walletCap": CASH_CAP,
        "paymentCap": CASH_CAP,
        "currency": CURRENCY,
        "feeGraceDays": terms.fee_grace_days,
        "defaultDays": terms.default_days,
        "lateFeeBps": terms.late_fee_bps,
        "dustAccount": keys.signer("regulator").address,
    }
    for name in CONTRACTS:
        code = bytes.fromhex(artifacts[name].bytecode.removeprefix("0x"))
        abi = deployment.abis[name]
        values = (arguments[parameter.rstrip("_")] for parameter in abi.constructor.names)
        founding.transact(keys.deployer, None, abi.encode_deployment(code, *values))
        if not gateway.code(at[name]):
            raise ChainError(f"{name} does not stand at {at[name]}: {deployment.deployer} was used before")
