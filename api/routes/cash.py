"""Cash: tokenised central-bank money."""

from typing import Annotated, Literal

from eth_utils.crypto import keccak
from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool

from api.answers import called
from api.callers import TheCaller
from api.problems import Problem
from api.routes.participants import PARTICIPANTS, participant_row
from api.schemas import LARGEST_AMOUNT, Amount, ParticipantNumber, Strict, example
from api.wiring import TheService
from api.writes import Answer, TheCall
from scfin_chain.deploy.founding import FULL_ALLOWANCE
from scfin_chain.service.service import Service
from scfin_chain.store.tables import DERIVED

router = APIRouter(prefix="/cash", tags=["cash"])

WALLETS = DERIVED["wallet"]

SPENDERS = {"settlement": "Settlement", "receivables": "ReceivableRegistry", "financing": "FinancingDesk"}


class Wallet(BaseModel):
    """What a participant has."""

    participant: int
    account: str
    balance: Amount
    frozen: Amount


class Payment(Strict):
    """Cash from the caller to a participant."""

    model_config = example(to=7, amount={"amount": "100000", "currency": "CNY"}, reference="INV-1")

    to: ParticipantNumber
    amount: Amount
    reference: Annotated[str, StringConstraints(max_length=200)] = Field(default="", description="Its hash goes along.")


class Allowance(Strict):
    """What a contract may take of the caller's cash from now on: for repayment, receivables, or financing."""

    model_config = example(spender="settlement")

    spender: Literal["settlement", "receivables", "financing"]
    amount: Amount | None = Field(default=None, description="null: without end")


class Issue(Strict):
    """New central-bank money."""

    model_config = example(to=7, amount={"amount": "100000", "currency": "CNY"})

    to: ParticipantNumber
    amount: Amount


class Withdrawal(Strict):
    """Central-bank money, out of the central bank's own wallet, that ends."""

    amount: Amount


@router.get("/{participant}")
def get_cash(participant: ParticipantNumber, service: TheService, caller: TheCaller) -> Wallet:
    """A participant's balance: one's own, or anybody's for the central bank and the regulator."""
    if not caller.sees_all and participant != caller.participant:
        raise Problem.not_found("wallet of participant", participant)
    held = PARTICIPANTS.outerjoin(WALLETS, WALLETS.c.account == PARTICIPANTS.c.account)
    query = select(PARTICIPANTS.c.account, WALLETS.c.cash, WALLETS.c.frozen).select_from(held)
    with service.store.read() as connection:
        row = connection.execute(query.where(PARTICIPANTS.c.id == participant)).first()
    if row is None:
        raise Problem.not_found("participant", participant)
    cash, frozen = row.cash or 0, int(row.frozen or 0)
    return Wallet(
        participant=participant, account=row.account, balance=Amount.of(cash), frozen=Amount.of(min(frozen, cash))
    )


@router.post("/payments", **called())
async def pay_cash(body: Payment, write: TheCall) -> Answer:
    """Pay a participant."""
    account = await _account(write.service, body.to)
    return await write("CashToken", "transferWithReference", account, body.amount.units, keccak(text=body.reference))


@router.post("/allowances", **called())
async def allow_cash(body: Allowance, write: TheCall) -> Answer:
    """Let a contract take cash of the caller: what is repaid, and what is paid on a receivable, goes that way."""
    units = FULL_ALLOWANCE if body.amount is None else body.amount.units
    return await write("CashToken", "approve", write.service.ledger.address(SPENDERS[body.spender]), units)


@router.post("/mint", **called())
async def mint_cash(body: Issue, write: TheCall) -> Answer:
    """Issue cash: the central bank's alone. All cash together is an amount too."""
    supply = await run_in_threadpool(write.service.ledger.view, "CashToken", "totalSupply")

    def check() -> None:
        """Of a new request: one that comes again may be of cash that is there by now.

        The contract holds the bound, and refuses the second of two that pass here at one moment.
        """
        if body.amount.units > LARGEST_AMOUNT - supply:
            limit = f"at most {LARGEST_AMOUNT - supply}, with what is there"
            raise Problem.of_field("amount", body.amount.amount, limit)

    return await write("CashToken", "mint", await _account(write.service, body.to), body.amount.units, check=check)


@router.post("/burn", **called())
async def burn_cash(body: Withdrawal, write: TheCall) -> Answer:
    """Withdraw cash that the central bank holds."""
    return await write("CashToken", "burn", body.amount.units)


async def _account(service: Service, participant: int) -> str:
    row = await run_in_threadpool(participant_row, service, participant)
    return str(row["account"])
