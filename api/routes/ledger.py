"""The ledger itself: blocks, transactions in words, the contracts and the terms on which it was founded.

Whoever runs a node of the chain reads the calldata of everybody. Over HTTP each sees the transactions that it sent, and
those that told an event which concerns it; what was asked in a transaction of another may name others, and is not
shown.
"""

import datetime as dt
from functools import cache
from typing import Annotated, cast

from eth_typing import ABIElement
from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field, JsonValue
from sqlalchemy import RowMapping, select
from starlette.concurrency import run_in_threadpool

from api.calldata import Call, read_call
from api.callers import Caller, TheCaller
from api.problems import Problem, Revert
from api.schemas import Hash, Page, ToldEvent, iso
from api.visibility import events_in
from api.wiring import TheService, wiring_of
from scfin_chain import artifacts
from scfin_chain.chain.gateway import Block, MinedTransaction, Receipt
from scfin_chain.service.queue import Refusal
from scfin_chain.service.service import CURRENCY, Office, Service
from scfin_chain.store.commands import COMMANDS
from scfin_chain.units import day_of

router = APIRouter(prefix="/ledger", tags=["ledger"])

BLOCKS_A_PAGE, MOST_BLOCKS = 50, 200
"""Each block is a question to the node."""

BlockNumber = Annotated[int, Path(ge=0, le=2**53 - 1)]
AfterBlock = Annotated[str | None, Query(pattern=r"^[0-9]{1,15}$", description="`next` of the page before.")]


class LedgerBlock(BaseModel):
    """A block of the chain."""

    number: int
    hash: str
    parent_hash: str
    timestamp: Annotated[int, Field(description="Unix seconds of the chain's clock.")]
    day: dt.date | None


class WholeBlock(LedgerBlock):
    """A block with the hashes of its transactions: which of them the caller may read, each of them says."""

    transactions: list[str]


class LedgerTransaction(BaseModel):
    """A transaction in words; whole numbers are text."""

    hash: str
    block: int
    block_hash: str
    day: dt.date | None
    index: int
    sender: str
    to: Annotated[str | None, Field(description="null: it made a contract")]
    contract: Annotated[str | None, Field(description="The ledger's name of the contract that was called, or made.")]
    function: str | None
    arguments: Annotated[
        dict[str, JsonValue] | None, Field(description="null where another sent it: they may name others.")
    ]
    value: Annotated[str, Field(description="Wei.")]
    nonce: int
    gas_limit: str
    gas_used: str
    succeeded: bool
    revert: Annotated[Revert | None, Field(description="Why the contract refused, where that is known.")]
    events: Annotated[list[ToldEvent], Field(description="Those that the caller may see.")]


class Contract(BaseModel):
    """A contract of the ledger, with its interface."""

    name: str
    address: str
    abi: list[dict[str, object]]


class Contracts(BaseModel):
    """In the order in which they were deployed."""

    items: list[Contract]


class Officer(BaseModel):
    """A participant of the founding."""

    participant: int
    account: str


class Deployment(BaseModel):
    """On what the ledger was founded, and on which terms."""

    chain_id: int
    genesis_hash: str
    currency: str
    minor_units: Annotated[int, Field(description="Digits behind the point.")] = 2
    deployer: str
    registrar: Annotated[str, Field(description="The account that enrols.")]
    central_bank: Officer
    bank: Officer
    carrier: Officer
    regulator: Officer
    fee_grace_days: Annotated[int, Field(description="The late fee starts so many days after maturity.")]
    default_days: Annotated[int, Field(description="Default may be declared so many days after maturity.")]
    late_fee_bps: Annotated[int, Field(description="A year, of what is unpaid, actual/365.")]


@router.get("/blocks")
def list_blocks(
    service: TheService,
    _caller: TheCaller,
    limit: Annotated[int, Query(ge=1, le=MOST_BLOCKS)] = BLOCKS_A_PAGE,
    after: AfterBlock = None,
) -> Page[LedgerBlock]:
    """The blocks of the chain from genesis on."""
    gateway = service.ledger.gateway
    head, first = gateway.head().number, 0 if after is None else int(after) + 1
    last = min(head, first + limit - 1)
    blocks = [_block(gateway.block(number)) for number in range(first, last + 1)]
    return Page(items=blocks, next=str(last) if last < head and blocks else None)


@router.get("/blocks/{number}")
def get_block(number: BlockNumber, service: TheService, _caller: TheCaller) -> WholeBlock:
    """One of them."""
    gateway = service.ledger.gateway
    if number > gateway.head().number:
        raise Problem.not_found("block", number)
    block = gateway.block(number)
    names = [f"0x{name.hex()}" for name in gateway.transactions(block.ref)]
    return WholeBlock(**_block(block).model_dump(), transactions=names)


@router.get("/transactions/{name}")
async def get_transaction(
    name: Annotated[Hash, Path()], request: Request, service: TheService, caller: TheCaller
) -> LedgerTransaction:
    """A transaction that the caller sent, or that concerns it; the registrar and the regulator see all."""
    transaction, told = await run_in_threadpool(_told, service, caller, name)
    if told.succeeded or told.arguments is None:
        return told
    refusal = await run_in_threadpool(_noted, service, transaction) or await wiring_of(request).reasons.of(transaction)
    return told.model_copy(update={"revert": refusal and Problem.refused(refusal).document.revert})


@router.get("/contracts")
def list_contracts(service: TheService, _caller: TheCaller) -> Contracts:
    """The contracts of the ledger, with which a transaction is made and an event is read."""
    addresses = service.ledger.deployment.addresses
    return Contracts(
        items=[Contract(name=name, address=address, abi=_interfaces()[name]) for name, address in addresses.items()]
    )


@router.get("/deployment")
def get_deployment(service: TheService, _caller: TheCaller) -> Deployment:
    """The facts that do not change."""
    gateway, offices, terms = service.ledger.gateway, service.offices, service.settings.ledger
    return Deployment(
        chain_id=gateway.chain_id,
        genesis_hash=f"0x{gateway.block(0).hash.hex()}",
        currency=CURRENCY,
        deployer=service.ledger.deployment.deployer,
        registrar=offices.registrar,
        central_bank=_officer(offices.central_bank),
        bank=_officer(offices.bank),
        carrier=_officer(offices.carrier),
        regulator=_officer(offices.regulator),
        fee_grace_days=terms.fee_grace_days,
        default_days=terms.default_days,
        late_fee_bps=terms.late_fee_bps,
    )


def _officer(office: Office) -> Officer:
    return Officer(participant=office.id, account=office.account)


def _block(block: Block) -> LedgerBlock:
    return LedgerBlock(
        number=block.number,
        hash=f"0x{block.hash.hex()}",
        parent_hash=f"0x{block.parent_hash.hex()}",
        timestamp=block.timestamp,
        day=iso(day_of(block.timestamp)),
    )


def _told(service: Service, caller: Caller, name: str) -> tuple[MinedTransaction, LedgerTransaction]:
    """All but why it was refused, which may have to be found out."""
    gateway = service.ledger.gateway
    transaction, receipt = gateway.transaction(bytes.fromhex(name[2:])), gateway.receipt(bytes.fromhex(name[2:]))
    if transaction is None or receipt is None:
        raise Problem.not_found("transaction", name)
    with service.store.read() as connection:
        events = events_in(connection, caller, name[2:], receipt.block.hash.hex())
    wholly = caller.sees_all or transaction.sender == caller.account
    if not (wholly or events):
        raise Problem.not_found("transaction", name)
    call = _call(service, transaction, receipt)
    return transaction, LedgerTransaction(
        hash=name,
        block=receipt.block.number,
        block_hash=f"0x{receipt.block.hash.hex()}",
        day=iso(day_of(gateway.block(receipt.block.number).timestamp)),
        index=transaction.index,
        sender=transaction.sender,
        to=transaction.to,
        contract=call.contract if call else None,
        function=call.function if call else None,
        arguments=None if not wholly else call.arguments if call else {},
        value=str(transaction.value),
        nonce=transaction.nonce,
        gas_limit=str(transaction.gas),
        gas_used=str(receipt.gas_used),
        succeeded=receipt.succeeded,
        revert=None,
        events=events,
    )


def _call(service: Service, transaction: MinedTransaction, receipt: Receipt) -> Call | None:
    deployment = service.ledger.deployment
    if transaction.to is not None:
        return read_call(deployment, transaction.to, transaction.data)
    made = [name for name, address in deployment.addresses.items() if address == receipt.contract_address]
    return Call(contract=made[0], function=None, arguments={}) if made else None


def _noted(service: Service, transaction: MinedTransaction) -> Refusal | None:
    """Why it was refused, where it went through the queue."""
    query = select(COMMANDS).where(COMMANDS.c.transaction_hash == transaction.hash.hex(), COMMANDS.c.state == "refused")
    with service.store.read() as connection:
        row: RowMapping | None = connection.execute(query).mappings().first()
    return None if row is None else Refusal(**row["refusal"])


@cache
def _interfaces() -> dict[str, list[dict[str, object]]]:
    def plain(element: ABIElement) -> dict[str, object]:
        return cast(dict[str, object], dict(element))

    return {name: [plain(element) for element in artifact.abi] for name, artifact in artifacts.load_all().items()}
