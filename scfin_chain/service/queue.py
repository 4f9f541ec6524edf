"""The queue of commands: whatever is to be written to the ledger, once.

A command is bound to one nonce of its sender, and stored with its signature, before it is sent. The chain mines a nonce
once; so the same bytes may be sent again after a crash or a reorg, and nothing runs twice.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from scfin_chain.chain.gateway import Gateway, Receipt
from scfin_chain.chain.refusal import Reason, TransactionRefused
from scfin_chain.chain.transaction import sign
from scfin_chain.errors import ChainError, ContractReverted
from scfin_chain.service.custody import Custody
from scfin_chain.service.rehearsal import rehearse
from scfin_chain.store.commands import COMMANDS
from scfin_chain.store.store import Store
from scfin_chain.units import Address, Day

OPEN = ("queued", "sent")

ADVANCE = "advance"
"""The step of a command to the clock: its data is the day to which time shall go on."""

Command = dict[str, Any]
"""A row of the queue."""

log = logging.getLogger(__name__)


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
    """Puts commands into the database, and the worker's hand on them."""

    def __init__(self, *, store: Store, gateway: Gateway, custody: Custody) -> None:
        self._store = store
        self._gateway = gateway
        self._custody = custody
        self._ended: list[tuple[int, dict[str, object]]] = []

    def put(self, connection: Connection, order: Order) -> int:
        """The command's number; an order whose key is known changes nothing."""
        if order.key is not None:
            known = connection.execute(select(COMMANDS.c.id).where(COMMANDS.c.key == order.key)).scalar()
            if known is not None:
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
        return int(connection.execute(insert(COMMANDS).values(values).returning(COMMANDS.c.id)).scalar_one())

    def place(self, order: Order) -> int:
        """`put` in a transaction of its own."""
        with self._store.begin() as connection:
            return self.put(connection, order)

    def waiting(self, *, after: int = 0, at_most: int) -> list[int]:
        """Commands that are not done, oldest first, of a number above ``after``."""
        with self._store.read() as connection:
            query = select(COMMANDS.c.id).where(COMMANDS.c.state.in_(OPEN), COMMANDS.c.id > after)
            query = query.order_by(COMMANDS.c.id).limit(at_most)
            return list(connection.execute(query).scalars())

    def read(self, numbers: Iterable[int]) -> dict[int, Command]:
        """The commands of those numbers as they stand."""
        with self._store.read() as connection:
            rows = connection.execute(select(COMMANDS).where(COMMANDS.c.id.in_(list(numbers)))).mappings()
            return {row["id"]: dict(row) for row in rows}

    def target(self, number: int) -> Day | None:
        """The day to which a command wants time to go on; None where it is one for the chain."""
        command = self.read([number])[number]
        return Day(int(command["data"], 16)) if command["step"] == ADVANCE else None

    def finish(self, number: int, block_number: int) -> None:
        """Note that a command to the clock came to its end."""
        self._ended.append((number, {"state": "done", "block_number": block_number}))
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
                for number, values in ended:
                    connection.execute(update(COMMANDS).where(COMMANDS.c.id == number).values(values))

    def bring(self, number: int) -> Receipt | Refusal:
        """`work`, but `flush` stores the end: one transaction serves many commands."""
        command = self.read([number])[number]
        if command["state"] == "queued":
            refusal = self._preflight(command)
            if refusal is not None:
                return self._refuse(number, refusal)
            command = self._bind(command)
        return self._send(command)

    def _preflight(self, command: Command) -> Refusal | None:
        """What the contract would say now: a refused transaction would be mined, and spend a nonce and a block."""
        data = bytes.fromhex(command["data"])
        if not data:
            return None
        try:
            rehearse(self._gateway, Address(command["recipient"]), data, sender=Address(command["sender"]))
        except ContractReverted as refused:
            return Refusal.of(refused)
        return None

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
            signed = sign(request, signer)
            values |= {"raw": signed.raw.hex(), "transaction_hash": signed.hash.hex(), "nonce": request.nonce}
        self._update(command["id"], values)
        return {**command, **values}

    def _send(self, command: Command) -> Receipt | Refusal:
        try:
            receipt = self._gateway.send(bytes.fromhex(command["raw"]))
        except ContractReverted as refused:
            return self._refuse(command["id"], Refusal.of(refused), self._mined(command))
        except TransactionRefused as refused:
            return self._not_taken(command, refused)
        self._ended.append((command["id"], {"state": "done", "block_number": receipt.block.number}))
        return receipt

    def _not_taken(self, command: Command, refused: TransactionRefused) -> Receipt | Refusal:
        """What the owner of the key signed is refused; what was signed here, and cannot be mined any more, is anew."""
        if not self._custody.holds(Address(command["sender"])):
            return self._refuse(command["id"], Refusal.of(refused))
        if refused.reason in (Reason.NO_FUNDS, Reason.NONCE_TOO_HIGH):
            raise refused
        log.warning("signed anew command=%d reason=%s", command["id"], refused)
        self._update(command["id"], {"state": "queued", "raw": None, "transaction_hash": None, "nonce": None})
        return self.bring(command["id"])

    def _mined(self, command: Command) -> int | None:
        """The block in which the bytes were mined."""
        receipt = self._gateway.receipt(bytes.fromhex(command["transaction_hash"]))
        return None if receipt is None else receipt.block.number

    def _refuse(self, number: int, refusal: Refusal, block_number: int | None = None) -> Refusal:
        values: dict[str, object] = {"state": "refused", "refusal": refusal.to_json(), "block_number": block_number}
        self._ended.append((number, values))
        return refusal

    def _update(self, number: int, values: dict[str, object]) -> None:
        with self._store.begin() as connection:
            connection.execute(update(COMMANDS).where(COMMANDS.c.id == number).values(values))


def _in_json(arguments: dict[str, object]) -> dict[str, object]:
    """Whole numbers as text: a JSON number is a float to many, and a uint256 is wider."""
    return {name: value if isinstance(value, bool) else _spelled(value) for name, value in arguments.items()}


def _spelled(value: object) -> str:
    return f"0x{value.hex()}" if isinstance(value, bytes) else str(value)
