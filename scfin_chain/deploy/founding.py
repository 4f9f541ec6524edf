"""The founding of a ledger: contracts, roles, and the first participants."""

from dataclasses import dataclass
from enum import IntFlag

from eth_utils.crypto import keccak

from scfin_chain.artifacts import Artifact
from scfin_chain.chain.deployment import CONTRACTS, Deployment
from scfin_chain.chain.gateway import Gateway
from scfin_chain.chain.ledger import Command, Ledger
from scfin_chain.chain.signer import DEPLOYER, Signer, development_signer
from scfin_chain.config import LedgerSettings
from scfin_chain.errors import ChainError
from scfin_chain.events.participants import Enrolled
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


class Role(IntFlag):
    """Roles of a participant: the bits of ``contracts/libraries/Roles.sol``."""

    CENTRAL_BANK = 1
    BANK = 2
    CORE_ENTERPRISE = 4
    SUPPLIER = 8
    CARRIER = 16
    REGULATOR = 32
    SYSTEM = 64


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


def grants(deployment: Deployment, decider: Address) -> tuple[tuple[str, str, Address], ...]:
    """Who holds which role of which contract: (contract, role, account)."""
    at = deployment.addresses
    central_bank = development_signer("central bank").address
    bank = development_signer("bank").address
    return (
        ("Participants", "REGISTRAR", deployment.deployer),
        ("Participants", "GUARDIAN", deployment.deployer),
        ("CashToken", "CENTRAL_BANK", central_bank),
        ("CashToken", "COMPLIANCE", development_signer("compliance").address),
        ("CashToken", "COURT", development_signer("court").address),
        ("ReceivableRegistry", "CREDIT_TOKEN", at["CreditToken"]),
        ("CreditLine", "BANK", bank),
        ("CreditLine", "CREDIT_TOKEN", at["CreditToken"]),
        ("CreditLine", "SETTLEMENT", at["Settlement"]),
        ("CreditToken", "DESK", at["FinancingDesk"]),
        ("CreditToken", "SETTLEMENT", at["Settlement"]),
        ("FinancingDesk", "DECIDER", decider),
        ("FinancingDesk", "SETTLEMENT", at["Settlement"]),
    )


def found(
    gateway: Gateway, artifacts: dict[str, Artifact], *, terms: LedgerSettings, bank_cash: Money
) -> tuple[Ledger, Founders]:
    """Deploy everything from the deployer's first transaction on, and enrol the founders.

    Raises
    ------
    ChainError
        The deployer has sent transactions before, so that the contracts would not stand where they are looked for.
    """
    deployer = development_signer(DEPLOYER)
    deployment = Deployment(deployer.address, artifacts)
    ledger = Ledger(gateway, deployment)
    _deploy(gateway, artifacts, deployment, deployer, terms)
    decider = development_signer("decider")
    for contract, role, account in grants(deployment, decider.address):
        ledger.submit(_command(deployer, contract, "grantRole", keccak(text=role), account))
    for system in ("FinancingDesk", "Settlement"):
        enrol(ledger, deployer, system, deployment.addresses[system], Role.SYSTEM)
    founders = Founders(
        registrar=deployer,
        decider=decider,
        keeper=fund(gateway, development_signer("keeper")),
        central_bank=_founder(ledger, deployer, "central bank", Role.CENTRAL_BANK),
        bank=_founder(ledger, deployer, "bank", Role.BANK),
        carrier=_founder(ledger, deployer, "carrier", Role.CARRIER),
        regulator=_founder(ledger, deployer, "regulator", Role.REGULATOR),
    )
    ledger.submit(_command(founders.central_bank.signer, "CashToken", "mint", founders.bank.signer.address, bank_cash))
    ledger.submit(
        _command(founders.bank.signer, "CashToken", "approve", ledger.address("FinancingDesk"), FULL_ALLOWANCE)
    )
    return ledger, founders


def enrol(
    ledger: Ledger,
    registrar: Signer,
    name: str,
    account: Address,
    roles: Role,
    *,
    tier: int = 0,
) -> ParticipantId:
    """Enrol an account under the hash of its name."""
    outcome = ledger.submit(
        _command(registrar, "Participants", "enrol", account, int(roles), tier, FOREVER, keccak(text=name))
    )
    return next(e.event.id for e in outcome.events if isinstance(e.event, Enrolled))


def fund(gateway: Gateway, signer: Signer) -> Signer:
    """Give an account the wei for its transactions."""
    gateway.transact(development_signer(DEPLOYER), signer.address, value=GAS_MONEY)
    return signer


def _founder(ledger: Ledger, registrar: Signer, name: str, role: Role) -> Founder:
    signer = fund(ledger.gateway, development_signer(name))
    return Founder(id=enrol(ledger, registrar, name, signer.address, role), signer=signer)


def _deploy(
    gateway: Gateway, artifacts: dict[str, Artifact], deployment: Deployment, deployer: Signer, terms: LedgerSettings
) -> None:
    at = deployment.addresses
    arguments: dict[str, object] = {
        "admin": deployer.address,
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
        "dustAccount": development_signer("regulator").address,
    }
    for name in CONTRACTS:
        code = bytes.fromhex(artifacts[name].bytecode.removeprefix("0x"))
        abi = deployment.abis[name]
        values = (arguments[parameter.rstrip("_")] for parameter in abi.constructor.names)
        receipt = gateway.deploy(deployer, abi.encode_deployment(code, *values))
        if receipt.contract_address != at[name]:
            raise ChainError(f"{name} was created at {receipt.contract_address}, not at {at[name]}: use a fresh chain")


def _command(signer: Signer, contract: str, function: str, *arguments: object) -> Command:
    return Command(step=function, signer=signer, contract=contract, function=function, arguments=arguments)
