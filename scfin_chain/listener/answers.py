"""What blocks do to decisions: a reorg takes away what they rest on, an execution says which of them stands."""

import logging

from sqlalchemy import Connection, Table, and_, delete, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from scfin_chain.events import Event
from scfin_chain.events.financing_desk import FinancingFunded, FinancingRefused
from scfin_chain.store.commands import COMMANDS
from scfin_chain.store.decisions import (
    DECISIONS,
    FINANCINGS,
    OUTBOX,
    WITHDRAWN,
    note_done,
    restore,
    withdraw,
)

log = logging.getLogger(__name__)


def hear(connection: Connection, event: Event, block_number: int) -> None:
    """Make the decision that the chain executed the one that is stored.

    Nearly always it is. But a node may execute after a reorg what was signed before it, while another decision on the
    same request is signed already: the desk takes one of them, whichever comes first.
    """
    if not isinstance(event, FinancingFunded | FinancingRefused):
        return
    standing = connection.execute(
        select(_is(DECISIONS, event)).where(DECISIONS.c.financing == event.id)
    ).scalar_one_or_none()
    if standing:
        return
    came_back = connection.execute(
        select(WITHDRAWN.c.sequence).where(_is(WITHDRAWN, event)).order_by(WITHDRAWN.c.sequence.desc()).limit(1)
    ).scalar_one_or_none()
    if standing is not None:
        withdraw(connection, DECISIONS.c.financing == event.id, cause="superseded")
    if came_back is not None:
        log.warning("withdrawn decision executed financing=%d block=%d", event.id, block_number)
        restore(connection, came_back, executed=block_number)
    elif standing is not None:
        log.error("decision executed that is not stored financing=%d block=%d", event.id, block_number)
    if standing is not None or came_back is not None:
        note_done(connection, event.id)


def _is(table: Table, event: FinancingFunded | FinancingRefused) -> ColumnElement[bool]:
    """Whether a stored decision is the executed one: its inputs name financing and day, and the models do the rest."""
    return and_(
        table.c.financing == event.id,
        table.c.verdict == ("approve" if isinstance(event, FinancingFunded) else "refuse"),
        table.c.model_hash == f"0x{event.model_hash.hex()}",
        table.c.inputs_hash == f"0x{event.inputs_hash.hex()}",
    )


def _void(connection: Connection, which: ColumnElement[bool], block_number: int) -> None:
    """Make nothing of the commands that carry those decisions, in place of sending the same bytes again.

    What takes their place is a payment of nothing to oneself: under the same nonce it keeps the old approval from ever
    being mined, and later commands of the bank from waiting for that nonce.
    """
    nothing = {"data": "", "value": "0", "state": "queued", "raw": None, "transaction_hash": None, "nonce": None}
    nothing |= {"block_number": None, "block_hash": None, "refusal": None}
    again = or_(COMMANDS.c.block_number > block_number, COMMANDS.c.state.in_(("queued", "sent")))
    for signature in connection.execute(select(DECISIONS.c.signature).where(which)).scalars().all():
        carried = COMMANDS.c.data.contains(signature.removeprefix("0x"))
        orphaned = and_(COMMANDS.c.step.in_(("fund", "refuse")), again, carried)
        connection.execute(update(COMMANDS).where(orphaned).values(recipient=COMMANDS.c.sender, **nothing))


def orphan_after(connection: Connection, block_number: int) -> None:
    """Withdraw the decisions that rest on later blocks, and have those sent again whose execution alone is gone.

    To be called once the derived rows are what they were after that block.
    """
    rests_on_later = or_(DECISIONS.c.requested_block > block_number, DECISIONS.c.basis_block > block_number)
    _void(connection, rests_on_later, block_number)
    withdrawn = withdraw(connection, rests_on_later, cause="reorg")
    if withdrawn:
        log.warning("decisions withdrawn count=%d reason=reorg", withdrawn)
    connection.execute(delete(OUTBOX).where(OUTBOX.c.financing.not_in(select(DECISIONS.c.financing))))
    unanswered = select(FINANCINGS.c.id).where(FINANCINGS.c.state == "requested")
    connection.execute(
        update(OUTBOX)
        .where(OUTBOX.c.financing.in_(unanswered), OUTBOX.c.state != "dead")
        .values(state="pending", after_block=0)
    )
