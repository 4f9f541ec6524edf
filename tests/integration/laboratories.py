"""Founded ledgers to play on, and what their databases hold."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from scfin_chain.bootstrap import ChainChoice, Laboratory, open_laboratory
from scfin_chain.chain.gateway import Gateway, SnapshotId
from scfin_chain.chain.ledger import Command, Outcome
from scfin_chain.chain.signer import Signer
from scfin_chain.config import LineSettings, Settings
from scfin_chain.listener import Listener
from scfin_chain.scenarios.stage import Stage
from scfin_chain.service.decider import Decider
from scfin_chain.service.rules import Rules
from scfin_chain.store.store import Store
from scfin_chain.store.tables import (
    DERIVED,
    BlockRow,
    DecisionRow,
    EventPartyRow,
    EventRow,
    OutboxRow,
    UndoRow,
    WithdrawnRow,
    table_of,
)
from scfin_chain.units import Day
from tests.fakes.stores import empty_store, image_of, restore, restored

START = Day(19_726)
"""2024-01-04; the ledger is founded the day before, after the first second of any chain under test."""

GENEROUS = Settings(line=LineSettings(declared_month=10**12))
"""So large a declared month that nearly every first request fits its line."""

BLOCKS, EVENTS, UNDO = table_of(BlockRow), table_of(EventRow), table_of(UndoRow)
PARTIES = table_of(EventPartyRow)
DECISIONS, OUTBOX, WITHDRAWN = table_of(DecisionRow), table_of(OutboxRow), table_of(WithdrawnRow)

Rows = list[dict[str, Any]]


@contextmanager
def staged(settings: Settings = GENEROUS) -> Iterator[Stage]:
    """A stage on a ledger of its own."""
    with World.founded(settings) as world:
        yield world.stage()


def act(laboratory: Laboratory, signer: Signer, contract: str, function: str, *arguments: object) -> Outcome:
    """One command, past the stage and its journal."""
    command = Command(step=function, signer=signer, contract=contract, function=function, arguments=arguments)
    return laboratory.ledger.submit(command)


@contextmanager
def following(laboratory: Laboratory, *, finality_depth: int) -> Iterator[tuple[Listener, Store]]:
    """A listener of its own on the laboratory's chain, with a database of its own that is still empty."""
    with empty_store() as store:
        yield listener_on(laboratory, store, finality_depth=finality_depth), store


def listener_on(
    laboratory: Laboratory, store: Store, *, finality_depth: int, gateway: Gateway | None = None
) -> Listener:
    """A listener on the laboratory's chain, or on another view of it."""
    ledger = laboratory.ledger
    return Listener(
        gateway=gateway or ledger.gateway, deployment=ledger.deployment, store=store, finality_depth=finality_depth
    )


def decider_on(laboratory: Laboratory, *, confirmations: int) -> Decider:
    """The laboratory's decision service, more patient."""
    founders = laboratory.founders
    return Decider(
        ledger=laboratory.ledger,
        store=laboratory.store,
        rules=Rules.from_settings(laboratory.settings),
        bank=founders.bank.signer,
        bank_id=founders.bank.id,
        decider=founders.decider,
        confirmations=confirmations,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A founded ledger that can be had as new any number of times."""

    laboratory: Laboratory
    snapshot: SnapshotId
    image: bytes
    finality_depth: int

    @classmethod
    @contextmanager
    def founded(
        cls, settings: Settings = GENEROUS, *, rpc_url: str | None = None, finality_depth: int = 0
    ) -> Iterator["World"]:
        chain = ChainChoice() if rpc_url is None else ChainChoice(kind="rpc", rpc_url=rpc_url)
        with open_laboratory(start=START, settings=settings, chain=chain) as laboratory:
            listener_on(laboratory, laboratory.store, finality_depth=finality_depth).poll()
            yield cls(
                laboratory=laboratory,
                snapshot=laboratory.ledger.gateway.snapshot(),
                image=image_of(laboratory.store),
                finality_depth=finality_depth,
            )

    def stage(self) -> Stage:
        """A stage on the ledger as it was founded; its listener stands reorgs of the world's depth."""
        laboratory, store = self.laboratory, self.laboratory.store
        laboratory.ledger.gateway.revert(self.snapshot)
        restore(store, self.image)
        stage = Stage(replace(laboratory, listener=listener_on(laboratory, store, finality_depth=self.finality_depth)))
        stage.begin_day(START)
        return stage

    def reread(self) -> dict[str, Rows]:
        """The projections of a database that was there at the founding, and then read the chain as it is now."""
        with restored(self.image) as store:
            listener_on(self.laboratory, store, finality_depth=self.finality_depth).poll()
            return projected(store)


def projected(store: Store) -> dict[str, Rows]:
    """The events with whom they concern, and every row that is derived from them."""
    derived = {name: [dict(row) for row in store.derived(name)] for name in DERIVED}
    return derived | {
        "event": _rows(store, EVENTS, EVENTS.c.block_number, EVENTS.c.ordinal),
        "event_party": _rows(store, PARTIES, PARTIES.c.block_number, PARTIES.c.ordinal, PARTIES.c.participant),
    }


def everything(store: Store) -> dict[str, Rows]:
    """Projections with the cursor, what is remembered for a reorg, and the decisions."""
    changes = _rows(store, UNDO, UNDO.c.sequence)
    return projected(store) | {
        "block": _rows(store, BLOCKS, BLOCKS.c.number),
        "undo": [{name: value for name, value in change.items() if name != "sequence"} for change in changes],
        "decision": _rows(store, DECISIONS, DECISIONS.c.financing),
        "outbox": _rows(store, OUTBOX, OUTBOX.c.financing),
        "withdrawn": _rows(store, WITHDRAWN, WITHDRAWN.c.sequence),
    }


def outbox(store: Store) -> list[tuple[int, str, int]]:
    """Financing, state and attempts of what is, or was, on its way to the chain."""
    return [(row["financing"], row["state"], row["attempts"]) for row in everything(store)["outbox"]]


def rebuilt(laboratory: Laboratory) -> dict[str, Rows]:
    """The projections of a database that reads the chain, as it is now, from its first block."""
    with following(laboratory, finality_depth=0) as (listener, store):
        listener.poll()
        return projected(store)


def _rows(store: Store, table: Any, *order: Any) -> Rows:
    with store.read() as connection:
        return [dict(row) for row in connection.execute(select(table).order_by(*order)).mappings()]
