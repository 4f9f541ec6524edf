"""Access."""

from typing import Any

from scfin_chain.chain import ZERO_ADDRESS
from tests.contracts.world import MAX
from tests.properties.acts import (
    HOLDERS,
    Act,
    Burn,
    Cancel,
    Claim,
    Collect,
    Crank,
    DeclareDefault,
    Expire,
    ForceTransfer,
    Fund,
    Mint,
    PayWith,
    Recharge,
    Repay,
    Request,
    Settle,
)
from tests.properties.book import DESK
from tests.properties.records import Reason, Settling, Stand
from tests.properties.run import Run

EXITS = (Cancel, Expire, Repay, Collect, Crank, Settle, Claim)
TRADES = (Recharge, PayWith, Request, Fund)
OFFICES = (Mint, Burn, ForceTransfer)


def every_cash_movement_has_two_valid_unfrozen_parties(run: Run) -> None:
    """Every movement has two valid, unfrozen parties, but for mint, burn, forced transfers, and cash into Settlement.

    Of cash out of a system account the receiver alone is asked; a mint and a forced transfer have a valid receiver.
    """
    for event in run.last.events:
        if event.name == "Transfer":
            _movement(run, **{name.strip("_"): value for name, value in event.arguments.items()})


def _movement(run: Run, *, from_: str = "", to: str = "", value: int = 0, **rest: Any) -> None:
    payer, payee = _name(run, rest.get("from", from_)), _name(run, to)
    if run.last.did(Burn) or run.book.system(payee):
        return
    assert run.book.valid(payee)
    if run.last.did(Mint, ForceTransfer):
        return
    assert run.book.held_back(payee) < MAX
    assert value == 0 or run.last.after["cash", payee] <= run.book.terms.wallet_cap
    if run.book.system(payer):
        return
    assert run.book.valid(payer)
    assert value <= run.book.terms.payment_cap
    assert value == 0 or run.last.after["cash", payer] >= run.book.held_back(payer)


def only_mint_and_burn_have_one_party(run: Run) -> None:
    """Cash comes from nobody by a mint, and goes to nobody by a burn, alone."""
    for event in run.last.events:
        if event.name == "Transfer":
            payer, payee = event.arguments["from"], event.arguments["to"]
            assert (payer == ZERO_ADDRESS) == run.last.did(Mint)
            assert (payee == ZERO_ADDRESS) == run.last.did(Burn)


def every_token_movement_has_two_valid_parties(run: Run) -> None:
    """Every movement checks sender and receiver; the ways back out of the desk, and redemption, are none."""
    for event in run.last.events:
        if event.name == "TransferSingle":
            payer, payee = _name(run, event.arguments["from"]), _name(run, event.arguments["to"])
            if payer == DESK or payee == "":
                continue
            assert run.book.valid(payee)
            assert payer == "" or run.book.valid(payer)


def a_pause_stops_trading(run: Run) -> None:
    """Pause blocks trading."""
    if run.last.did(*TRADES):
        assert not run.reading["paused",]


def a_pause_never_stops_exit_repayment_or_claim(run: Run) -> None:
    """Pause never blocks exit, repayment, claim."""
    if isinstance(run.last.act, EXITS):
        assert run.last.accepted or run.last.refusals


def every_exit_would_be_open(run: Run) -> None:
    """The same, for whoever is pledged, collected or claimable at the end, paused or not."""
    for act in _exits(run):
        assert any(act.refusals(run.book)) or run.refusal(act) is None


def _exits(run: Run) -> list[Act]:
    requested = [*run.book.financings_in(Stand.REQUESTED)]
    return [
        *(Cancel(run.book.financings[number].holder, number) for number in requested),
        *(Expire("keeper", number) for number in requested),
        *(Crank("stranger", lot, HOLDERS) for lot in run.book.lots_in(Settling.COLLECTED)),
        *(Settle("stranger", number) for number in run.book.financings_in(Stand.FUNDED)),
        *(Claim(who) for who, amount in run.book.claimable.items() if amount),
        *(DeclareDefault("stranger", lot) for lot in run.book.lots_in(Settling.LIVE)),
    ]


def nobody_acts_for_another(run: Run) -> None:
    """Each act is its party's or its office's alone."""
    if run.last.accepted:
        assert Reason.WRONG_SENDER not in run.last.refusals


def _name(run: Run, address: str) -> str:
    """Who it is; nobody is ''."""
    return "" if address == ZERO_ADDRESS else run.names.get(address, address)
