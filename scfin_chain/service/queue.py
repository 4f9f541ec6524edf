"""The queue of commands: whatever is to be written to the ledger, once.

A command is bound to one nonce of its sender, and stored with its signature, before it is sent. The chain mines a nonce
once; so the same bytes may be sent again after a crash or a reorg, and nothing runs twice.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, exists, func, insert, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from scfin_chain.chain.gateway import BlockRef, Gateway, Receipt
from scfin_chain.chain.refusal import Reason, TransactionRefused
from scfin_chain.chain.transaction import sign
from scfin_chain.errors import ChainError, ContractReverted, InvalidInput, NotMined, StoreError, Unsent
from scfin_chain.service.custody import Custody
from scfin_chain.serving import OPEN_COMMANDS
from scfin_chain.store.commands import COMMANDS, reopen
from scfin_chain.store.store import Store
from scfin_chain.store.tables import BlockRow, table_of
from scfin_chain.units import Address, Day

BLOCKS = table_of(BlockRow)
OPEN = ("queued", "sent")

ADVANCE = "advance"
"""The step of a command to the clock: its data is the day to which time shall go on."""

SUBMIT = "submit"
"""The step of a command that came signed: it is those bytes or nothing, even where the key is in custody too."""

MOST_SIGNINGS = 3
"""How often one command is signed anew before it waits for its next turn."""

_TRY_AGAIN = (
    update(COMMANDS)
    .where(COMMANDS.c.id == bindparam("number"), COMMANDS.c.state == "refused", COMMANDS.c.block_number.is_(None))
    .values(state="queued", block_hash=None, refusal=None)
)

_REOPENED = and_(COMMANDS.c.state == "sent", COMMANDS.c.block_hash.is_not(None))
"""Of commands: whether a reorg took away the block in which it had ended."""

Command = dict[str, Any]
"""A row of the queue."""

log = logging.getLogger(__name__)


class TooManyOpen(InvalidInput):
    """A participant has as many commands under way as it may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be done, and for whom; ``raw`` is what the sender signed itself, ``value`` is wei.

    ``key`` names the order for ever: put again, it is the same command. Without one it is always another.
    """

    key: str | None
    step: str
    sender: Address
    recipient: Address
    data: bytes = b""
    value: int = 0
    raw: bytes | None = None
    transaction_hash: bytes | None = None
    nonce: int | None = None
    participant: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a command was refused: the contract's error with its arguments, or what the chain said."""

    name: str
    arguments: dict[str, object]
    text: str

    @classmethod
    def of(cls, error: ChainError) -> "Refusal":
        if isinstance(error, ContractReverted):
            return cls(name=error.name, arguments=_in_json(error.arguments), text=str(error))
        return cls(name="NotAccepted", arguments={}, text=str(error))

    def to_json(self) -> dict[str, object]:
        return {"name": self.name, "arguments": self.arguments, "text": self.text}


class Queue:
    """Puts commands into the database, and the worker's hand on them.

    ``finality_depth`` is the number of blocks that a reorg may still replace, ``open_commands`` how many one
    participant may have under way: what one leaves there, others wait for.
    """

    def __init__(
        self,
        *,
        store: Store,
        gateway: Gateway,
        custody: Custody,
        finality_depth: int = 0,
        open_commands: int = OPEN_COMMANDS,
    ) -> None:
        self._store = store
        self._gateway = gateway
        self._custody = custody
        self._finality_depth = finality_depth
        self._open_commands = open_commands
        self._spent: dict[int, BlockRef] = {}
        """The head at which a command's nonce was seen to be spent by another transaction."""
        self._ended: list[_End] = []
        self._unread: list[BlockRef] = []

    def put(self, connection: Connection, order: Order) -> int:
        """The command's number; an order whose key is known changes nothing, unless it may be tried again.

        Signed bytes are their own key. Where they were refused without a block, for a gap in the nonces, missing funds
        or what a contract said beforehand, they were never executed, and are worked on again. Then whoever put them
        first hears of the new end too: what was refused may turn out done.

        Raises
        ------
        TooManyOpen
            The participant's others have to end first; the transaction is not to be committed.
        """
        if order.key is not None:
            known = connection.execute(select(COMMANDS.c.id).where(COMMANDS.c.key == order.key)).scalar()
            if known is not None:
                if order.step == SUBMIT and connection.execute(_TRY_AGAIN, {"number": known}).rowcount:
                    self._require_room(connection, order.participant)
                return int(known)
        values = {
            "key": order.key,
            "participant": order.participant,
            "step": order.step,
            "sender": order.sender,
            "recipient": order.recipient,
            "data": order.data.hex(),
            "value": str(order.value),
            "raw": None if order.raw is None else order.raw.hex(),
            "transaction_hash": None if order.transaction_hash is None else order.transaction_hash.hex(),
            "nonce": order.nonce,
        }
        number = connection.execute(insert(COMMANDS).values(values).returning(COMMANDS.c.id)).scalar_one()
        self._require_room(connection, order.participant)
        return int(number)

    def _require_room(self, connection: Connection, participant: int | None) -> None:
        """Once a command is written: the registrar, and the service itself, have as many as they need."""
        if participant is None:
            return
        under_way = COMMANDS.c.participant == participant, COMMANDS.c.state.in_(OPEN)
        if connection.execute(select(func.count()).where(*under_way)).scalar_one() > self._open_commands:
            field, limit = f"open commands of participant {participant}", f"at most {self._open_commands}"
            raise TooManyOpen(field, self._open_commands + 1, limit)

    def place(self, order: Order) -> int:
        """`put` in a transaction of its own."""
        with self._store.begin() as connection:
            return self.put(connection, order)

    def place_once(self, order: Order) -> int:
        """`place` an order without a key, unless the same act waits already: then it is that command.

        What the service wants it wants again in each round; a command that has to wait is not put twice.
        """
        same = and_(
            COMMANDS.c.key.is_(None),
            COMMANDS.c.state.in_(OPEN),
            COMMANDS.c.step == order.step,
            COMMANDS.c.sender == order.sender,
            COMMANDS.c.recipient == order.recipient,
            COMMANDS.c.data == order.data.hex(),
            COMMANDS.c.value == str(order.value),
        )
        with self._store.begin() as connection:
            known = connection.execute(select(func.min(COMMANDS.c.id)).where(same)).scalar()
            return self.put(connection, order) if known is None else int(known)

    def waiting(self) -> list[int]:
        """Commands that are not done, in turns: the oldest of each participant, the second of each, and so on.

        What the registrar and the service itself want is in one turn with them. What a reorg took away comes before
        all, and what was before it with it, oldest first: one may build on another, or need its nonce.
        """
        turn = func.row_number().over(partition_by=COMMANDS.c.participant, order_by=COMMANDS.c.id)
        last = select(func.max(COMMANDS.c.id)).where(_REOPENED).scalar_subquery()
        order = case((COMMANDS.c.id <= last, 0), else_=turn), COMMANDS.c.id
        with self._store.read() as connection:
            query = select(COMMANDS.c.id).where(COMMANDS.c.state.in_(OPEN)).order_by(*order)
            return list(connection.execute(query).scalars())

    def read(self, numbers: Iterable[int]) -> dict[int, Command]:
        """The commands of those numbers as they stand."""
        with self._store.read() as connection:
            rows = connection.execute(select(COMMANDS).where(COMMANDS.c.id.in_(list(numbers)))).mappings()
            return {row["id"]: dict(row) for row in rows}

    def targets(self, numbers: Iterable[int]) -> dict[int, Day]:
        """The days to which some of the commands want time to go on; the others are for the chain."""
        query = select(COMMANDS.c.id, COMMANDS.c.data).where(COMMANDS.c.id.in_(list(numbers)))
        with self._store.read() as connection:
            rows = connection.execute(query.where(COMMANDS.c.step == ADVANCE)).all()
        return {number: Day(int(data, 16)) for number, data in rows}

    def finish(self, number: int, block: BlockRef) -> None:
        """Note that a command to the clock came to its end."""
        self._ended.append(_End(number, OPEN, "done", block))
        self.flush()

    def work(self, number: int) -> Receipt | Refusal:
        """Bring one command to its end, and store that.

        Raises
        ------
        ChainError
            The node does not answer, or cannot say; the command stays where it is, and may be worked on again.
        """
        try:
            return self.bring(number)
        finally:
            self.flush()

    def flush(self) -> None:
        """Store how commands ended. Until then they count as sent: another worker sends them again, to no effect."""
        ended, self._ended = self._ended, []
        if ended:
            with self._store.begin() as connection:
                for end in ended:
                    stands = and_(COMMANDS.c.id == end.number, COMMANDS.c.state.in_(end.came_from))
                    connection.execute(update(COMMANDS).where(stands).values(end.values))

    def reopen(self) -> int:
        """Open what was mined in a block that is not on the chain; gives how many. The same bytes are sent again.

        To be called when the listener has read up to the head. Reorgs that it saw, and those of blocks that it never
        read, are told by the same: no block that was read has that hash.
        """
        with self._store.begin() as connection:
            orphaned = and_(COMMANDS.c.state.not_in(OPEN), ~in_a_block_that_was_read())
            count = reopen(connection, orphaned)
        self._unread.clear()
        if count:
            log.warning("commands opened again count=%d reason=reorg", count)
        return count

    def bring(self, number: int) -> Receipt | Refusal:
        """`work`, but `flush` stores the end: one transaction serves many commands."""
        return self._bring(number, signings=MOST_SIGNINGS)

    def _bring(self, number: int, *, signings: int) -> Receipt | Refusal:
        command = self.read([number])[number]
        if command["state"] != "queued":
            self._require_settled(number)  # it may build on one that a reorg took away
            return self._send(command, signings, self._gateway.send)
        return self._send(self._bind(command), signings, self._gateway.attempt)

    def _bind(self, command: Command) -> Command:
        """Sign the command with the sender's next nonce, and store that before anything is sent."""
        values: dict[str, object] = {"state": "sent"}
        if command["raw"] is None:
            signer = self._custody.signer(Address(command["sender"]))
            if signer is None:
                raise ChainError(f"command {command['id']} is of {command['sender']}, whose key is not in custody")
            request = self._gateway.prepare(
                signer.address,
                Address(command["recipient"]),
                bytes.fromhex(command["data"]),
                value=int(command["value"]),
            )
            self._require_free(signer.address, request.nonce)
            signed = sign(request, signer)
            values |= {"raw": signed.raw.hex(), "transaction_hash": signed.hash.hex(), "nonce": request.nonce}
        self._change(command, values)
        return {**command, **values}

    def _send(self, command: Command, signings: int, send: Callable[[bytes], Receipt]) -> Receipt | Refusal:
        """Bytes that may have been sent before have to be mined, refused or not: later nonces may be bound already."""
        try:
            receipt = send(bytes.fromhex(command["raw"]))
        except Unsent as refused:
            return self._refused(command, Refusal.of(refused), None)
        except ContractReverted as refused:
            mined = self._gateway.receipt(bytes.fromhex(command["transaction_hash"]))
            if mined is None:
                raise NotMined(f"command {command['id']} waits: a reorg took away its refusal") from refused
            if not mined.succeeded:
                return self._refused(command, Refusal.of(refused), mined.block)
            receipt = mined
        except TransactionRefused as refused:
            return self._not_taken(command, refused, signings)
        self._end(_End(command["id"], ("sent",), "done", receipt.block))
        return receipt

    def _not_taken(self, command: Command, refused: TransactionRefused, signings: int) -> Receipt | Refusal:
        """What somebody else signed is refused; what was signed here, and can never be mined any more, is anew.

        Where that does not help either it waits, signed as it is.
        """
        if command["step"] == SUBMIT:
            return self._refused(command, Refusal.of(refused), None)
        if refused.reason in (Reason.NO_FUNDS, Reason.NONCE_TOO_HIGH) or not signings:
            raise refused
        if refused.reason is Reason.NONCE_SPENT and not self._spent_for_good(command["id"]):
            raise refused
        self._spent.pop(command["id"], None)
        log.warning("signed anew command=%d reason=%s", command["id"], refused)
        self._change(command, {"state": "queued", "raw": None, "transaction_hash": None, "nonce": None})
        return self._bring(command["id"], signings=signings - 1)

    def _spent_for_good(self, number: int) -> bool:
        """Whether what spent the nonce is final: a reorg might give it back, and have both signatures mined."""
        head = self._gateway.head()
        seen = self._spent.get(number)
        if seen is None or not self._stands(seen):
            self._spent[number] = seen = head.ref
        return head.number - seen.number >= self._finality_depth

    def _require_settled(self, number: int) -> None:
        """What a reorg took away may be all that is missing to a command, and it is sent again before that.

        No reorg leaves the block that was read last and all those in which commands ended since, but orphans another.

        Raises
        ------
        ChainError
            Nobody can say: the command waits, and others go on.
        """
        with self._store.read() as connection:
            reopened = select(COMMANDS.c.id).where(_REOPENED, COMMANDS.c.id < number)
            waiting = set(connection.execute(reopened).scalars()) - {end.number for end in self._ended}
            newest = select(BLOCKS.c.number, BLOCKS.c.hash).order_by(BLOCKS.c.number.desc()).limit(1)
            read = [BlockRef(number=row[0], hash=bytes.fromhex(row[1])) for row in connection.execute(newest)]
        if waiting or not all(map(self._stands, [*read, *self._unread])):
            raise ChainError(f"command {number} waits: a reorg took away what was sent before it")

    def _stands(self, block: BlockRef) -> bool:
        """Whether a block is on the chain."""
        if block.number > self._gateway.head().number:
            return False
        return self._gateway.block(block.number).hash == block.hash

    def _require_free(self, sender: Address, nonce: int) -> None:
        """Before a nonce is given: of one sender and nonce there is one command, or two that are equal were one.

        Raises
        ------
        ChainError
            A command that was not mined yet has it, or one that a reorg took away: the sender's others wait behind it.
        """
        has_it = or_(COMMANDS.c.state == "sent", COMMANDS.c.block_number.is_not(None))
        query = select(COMMANDS.c.id).where(COMMANDS.c.sender == sender, COMMANDS.c.nonce == nonce, has_it)
        with self._store.read() as connection:
            other = connection.execute(query.limit(1)).scalar()
        if other is not None:
            raise ChainError(f"nonce {nonce} of {sender} is bound to command {other}, which comes first")

    def _refused(self, command: Command, refusal: Refusal, block: BlockRef | None) -> Refusal:
        """A refusal without a block leaves the nonce to the next command: it is stored before that is bound.

        What was signed here for nothing is forgotten: it would be good for whoever reads the database.
        """
        number = command["id"]
        if block is None:
            self._require_settled(number)
        forgets = block is None and command["step"] != SUBMIT
        self._end(_End(number, ("sent",), "refused", block, refusal, forgets=forgets))
        if block is None:
            self.flush()
        return refusal

    def _end(self, end: "_End") -> None:
        self._ended.append(end)
        self._spent.pop(end.number, None)
        if end.block is not None:
            self._unread.append(end.block)

    def _change(self, command: Command, values: dict[str, object]) -> None:
        """Change a command that stands as it was read: of two workers that sign it, one alone shall send it."""
        same = and_(*(COMMANDS.c[name] == command[name] for name in ("id", "state")), _same_bytes(command))
        with self._store.begin() as connection:
            if not connection.execute(update(COMMANDS).where(same).values(values)).rowcount:
                raise StoreError(f"command {command['id']} was changed by another worker")


@dataclass(frozen=True, slots=True)
class _End:
    """How a command ended, and the states from which it may have come: what another worker ended is left alone."""

    number: int
    came_from: tuple[str, ...]
    state: str
    block: BlockRef | None
    refusal: Refusal | None = None
    forgets: bool = False
    """Whether its signature is of no use any more."""

    @property
    def values(self) -> dict[str, object]:
        block, refusal = self.block, self.refusal
        unsigned = {"raw": None, "transaction_hash": None, "nonce": None} if self.forgets else {}
        return unsigned | {
            "state": self.state,
            "block_number": None if block is None else block.number,
            "block_hash": None if block is None else block.hash.hex(),
            "refusal": None if refusal is None else refusal.to_json(),
        }


def _same_bytes(command: Command) -> ColumnElement[bool]:
    return COMMANDS.c.raw.is_(None) if command["raw"] is None else COMMANDS.c.raw == command["raw"]


def has_ended() -> ColumnElement[bool]:
    """Of commands: whether they came to an end that the rows tell of."""
    return and_(COMMANDS.c.state.not_in(OPEN), in_a_block_that_was_read())


def in_a_block_that_was_read() -> ColumnElement[bool]:
    """Of commands that ended: whether the listener has read that very block, or none was needed.

    Which block stood at a number that is final by now is forgotten: it is the one that was read.
    """
    lowest = select(func.coalesce(func.min(BLOCKS.c.number), 0)).where(BLOCKS.c.number > 0).scalar_subquery()
    read = exists().where(BLOCKS.c.number == COMMANDS.c.block_number, BLOCKS.c.hash == COMMANDS.c.block_hash)
    return or_(COMMANDS.c.block_number.is_(None), COMMANDS.c.block_number < lowest, read)


def _in_json(arguments: dict[str, object]) -> dict[str, object]:
    """Whole numbers as text: a JSON number is a float to many, and a uint256 is wider."""
    return {name: value if isinstance(value, bool) else _spelled(value) for name, value in arguments.items()}


def _spelled(value: object) -> str:
    return f"0x{value.hex()}" if isinstance(value, bytes) else str(value)
