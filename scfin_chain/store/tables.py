"""The tables: what came from the chain, what is derived from it, what the service decided, what a run did.

Amounts are minor units in 64-bit integers; days are whole days since 1970-01-01; ERC-1155 ids, which are wider than
any integer of a database, are decimal text.

SQLite and PostgreSQL hold the same: every integer is 64 bits wide, and text is compared byte by byte. `_settle`, at the
end, says so for all tables at once, so that a column that is added cannot forget it.
"""

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, LargeBinary, String, Table
from sqlmodel import Field, SQLModel
from sqlmodel.sql.sqltypes import AutoString

INTEGER = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits: SQLite's INTEGER always is, and numbers rows by itself under no other name."""
TEXT = String().with_variant(String(collation="C"), "postgresql")
"""Compared byte by byte, whatever the language of a PostgreSQL server: SQLite's order."""


def _amount(default: int | None = 0) -> Column[int]:
    return Column(BigInteger, nullable=default is None, default=default)


class Run(SQLModel, table=True):
    """What fills this database: one run, or one chain that is listened to."""

    id: int = Field(default=1, primary_key=True)
    kind: str
    chain_id: int
    genesis_hash: str
    deployer: str
    inputs_hash: str
    settings: dict[str, object] = Field(sa_column=Column(JSON, nullable=False))
    finished: bool = False
    chain: dict[str, object] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False, server_default="{}"))
    """Of a service: how its chain began, and whose keys founded the ledger."""


class BlockRow(SQLModel, table=True):
    """A block that was read; the highest is the cursor."""

    __tablename__ = "block"

    number: int = Field(primary_key=True)
    hash: str
    parent_hash: str
    timestamp: int


class EventRow(SQLModel, table=True):
    """An event as it came, under the key that is safe on every backend."""

    __tablename__ = "event"
    __table_args__ = (Index("event_block", "block_number"),)

    chain_id: int = Field(primary_key=True)
    block_hash: str = Field(primary_key=True)
    transaction_hash: str = Field(primary_key=True)
    log_index: int = Field(primary_key=True)
    block_number: int
    ordinal: int
    day: int
    contract: str
    name: str
    body: dict[str, object] = Field(sa_column=Column(JSON, nullable=False))


class EventPartyRow(SQLModel, table=True):
    """Whom an event concerns: who may read it without an office."""

    __tablename__ = "event_party"

    participant: int = Field(primary_key=True)
    block_number: int = Field(primary_key=True)
    ordinal: int = Field(primary_key=True)


class UndoRow(SQLModel, table=True):
    """What a derived row was before a block changed it; null where it did not exist."""

    __tablename__ = "undo"
    __table_args__ = (Index("undo_block", "block_number"),)

    sequence: int | None = Field(default=None, primary_key=True)
    block_number: int
    table: str
    key: dict[str, object] = Field(sa_column=Column(JSON, nullable=False))
    before: dict[str, object] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))


class ParticipantRow(SQLModel, table=True):
    """An enrolled participant."""

    __tablename__ = "participant"

    id: int = Field(primary_key=True)
    account: str = Field(index=True)
    roles: int
    tier: int
    valid_until_day: int
    suspended: bool
    identity: str


class WalletRow(SQLModel, table=True):
    """An account's cash."""

    __tablename__ = "wallet"

    account: str = Field(primary_key=True)
    cash: int = Field(default=0, sa_column=_amount())
    frozen: str = "0"


class ReceivableRow(SQLModel, table=True):
    """A receivable with its parts; ``paid_day`` is the day on which the last of it was paid."""

    __tablename__ = "receivable"
    __table_args__ = (Index("receivable_debtor", "debtor"), Index("receivable_programme", "programme"))

    id: int = Field(primary_key=True)
    debtor: int
    creditor: int
    programme: int
    key: str
    document_type: int
    document_number: str
    documents: str
    face: int = Field(sa_column=_amount(None))
    due_day: int
    registered_day: int
    confirmed_day: int | None = None
    milestone: int = 0
    free: int = Field(default=0, sa_column=_amount())
    tokenised: int = Field(default=0, sa_column=_amount())
    settled: int = Field(default=0, sa_column=_amount())
    disputed: int = Field(default=0, sa_column=_amount())
    collected: bool = False
    paid_day: int | None = None


class CreditRow(SQLModel, table=True):
    """A credit token id: the lot of one receivable, and what of it is not yet redeemed."""

    __tablename__ = "credit"
    __table_args__ = (Index("credit_maturity", "maturity_day"),)

    id: str = Field(primary_key=True)
    receivable: int
    issuer: int
    programme: int
    maturity_day: int
    outstanding: int = Field(default=0, sa_column=_amount())
    is_sealed: bool = False


class HoldingRow(SQLModel, table=True):
    """An account's credit tokens of one id."""

    __tablename__ = "holding"

    credit: str = Field(primary_key=True)
    account: str = Field(primary_key=True)
    amount: int = Field(default=0, sa_column=_amount())


class FlowRow(SQLModel, table=True):
    """Credit of an issuer that a holder received (positive) or paid on (negative)."""

    __tablename__ = "flow"
    __table_args__ = (Index("flow_pair", "issuer", "holder"),)

    block_number: int = Field(primary_key=True)
    ordinal: int = Field(primary_key=True)
    holder: int = Field(primary_key=True)
    issuer: int
    credit: str
    day: int
    amount: int = Field(sa_column=_amount(None))


class LineRow(SQLModel, table=True):
    """An issuer's limit on chain, and what of it is used."""

    __tablename__ = "line"

    issuer: int = Field(primary_key=True)
    limit: int = Field(sa_column=_amount(None))
    used: int = Field(sa_column=_amount(None))


class FinancingRow(SQLModel, table=True):
    """A financing from request to settlement."""

    __tablename__ = "financing"
    __table_args__ = (
        Index("financing_pair", "issuer", "holder"),
        Index("financing_state", "state"),
        Index("financing_credit", "credit"),
    )

    id: int = Field(primary_key=True)
    credit: str
    receivable: int
    issuer: int
    programme: int
    maturity_day: int
    holder: int
    face: int = Field(sa_column=_amount(None))
    expires_day: int
    requested_day: int
    requested_block: int
    state: str = "requested"
    bank: int | None = None
    price: int | None = Field(default=None, sa_column=_amount(None))
    claim: int | None = Field(default=None, sa_column=_amount(None))
    rate_bps: int | None = None
    supervised: bool | None = None
    reason: int | None = None
    model_hash: str | None = None
    inputs_hash: str | None = None
    decided_day: int | None = None
    closed_day: int | None = None


class SettlementRow(SQLModel, table=True):
    """The repayment of a credit token id."""

    __tablename__ = "settlement"

    credit: str = Field(primary_key=True)
    status: str = "live"
    collection_failed_day: int | None = None
    defaulted_day: int | None = None
    received: int = Field(default=0, sa_column=_amount())
    principal: int = Field(default=0, sa_column=_amount())
    fee: int = Field(default=0, sa_column=_amount())
    collected_day: int | None = None
    paid_out: int = Field(default=0, sa_column=_amount())
    dust: int = Field(default=0, sa_column=_amount())


class PayoutRow(SQLModel, table=True):
    """Cash that the settlement paid or made claimable, one row a payment."""

    __tablename__ = "payout"
    __table_args__ = (Index("payout_financing", "financing"), Index("payout_credit", "credit"))

    block_number: int = Field(primary_key=True)
    ordinal: int = Field(primary_key=True)
    credit: str
    payee: int
    financing: int
    amount: int = Field(sa_column=_amount(None))
    claimable: bool
    day: int


class ClaimRow(SQLModel, table=True):
    """What a payee may claim because a payment could not arrive."""

    __tablename__ = "claim"

    payee: int = Field(primary_key=True)
    amount: int = Field(default=0, sa_column=_amount())


class DecisionRow(SQLModel, table=True):
    """A decision with everything that entered and left it; the hashes equal those signed on chain."""

    __tablename__ = "decision"

    financing: int = Field(primary_key=True)
    requested_block: int = Field(index=True)
    basis_block: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """The block whose rows it read; of one that came back after a reorg, the block that executed it."""
    programme: int
    day: int
    verdict: str
    reason: str
    supervised: bool
    signed: dict[str, object] = Field(sa_column=Column(JSON, nullable=False))
    signature: str
    inputs: dict[str, object] = Field(sa_column=Column(JSON, nullable=False))
    models: dict[str, object] = Field(sa_column=Column(JSON, nullable=False))
    outputs: dict[str, object] = Field(sa_column=Column(JSON, nullable=False))
    model_hash: str
    inputs_hash: str


class OutboxRow(SQLModel, table=True):
    """A decision on its way to the chain."""

    __tablename__ = "outbox"

    financing: int = Field(primary_key=True)
    state: str = Field(default="pending", index=True)
    """pending, done, or dead: given up until somebody retries it."""
    attempts: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    error: str | None = None
    after_block: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """Until this block is read nothing is done again: what was sent is in it, what was refused waits for it."""


class WithdrawnRow(SQLModel, table=True):
    """A decision that was signed and then taken back, whole as it was."""

    __tablename__ = "withdrawn"

    sequence: int | None = Field(default=None, primary_key=True)
    cause: str
    """deadline, reorg, or superseded: the chain executed another one."""
    financing: int = Field(index=True)
    requested_block: int
    basis_block: int = 0
    programme: int
    day: int
    verdict: str
    reason: str
    supervised: bool
    signed: dict[str, object] = Field(sa_column=Column(JSON, nullable=False))
    signature: str
    inputs: dict[str, object] = Field(sa_column=Column(JSON, nullable=False))
    models: dict[str, object] = Field(sa_column=Column(JSON, nullable=False))
    outputs: dict[str, object] = Field(sa_column=Column(JSON, nullable=False))
    model_hash: str
    inputs_hash: str


class NameRow(SQLModel, table=True):
    """A participant's name, which stays off the chain."""

    __tablename__ = "name"

    participant: int = Field(primary_key=True)
    name: str


class JournalRow(SQLModel, table=True):
    """One step of a run, as the digest reads it."""

    __tablename__ = "journal"

    step: int = Field(primary_key=True)
    line: str


class ChainEntryRow(SQLModel, table=True):
    """One thing that was done to the local chain, written before it is done; all of them in order are the chain."""

    __tablename__ = "chain_entry"

    sequence: int = Field(primary_key=True)
    kind: str
    """transaction, pending, time, mine, snapshot, or revert."""
    parent_hash: str
    """The head to which it is done."""
    timestamp: int
    """Of the pending block."""
    sender: str | None = None
    body: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))
    """The signed transaction; for the others their argument as decimal text."""


class ChainDumpRow(SQLModel, table=True):
    """What the local chain's key-value store gained since the dump before."""

    __tablename__ = "chain_dump"

    sequence: int = Field(primary_key=True)
    """The last entry that is in it."""
    head_hash: str
    state: dict[str, object] = Field(sa_column=Column(JSON, nullable=False))
    """What is not in the key-value store: the pending time, the snapshots."""
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class CommandRow(SQLModel, table=True):
    """What somebody wants done on the ledger, once: bound to one nonce of its sender before it is sent."""

    __tablename__ = "command"
    __table_args__ = (Index("command_state", "state"), Index("command_nonce", "sender", "nonce"))

    id: int | None = Field(default=None, primary_key=True)
    key: str | None = Field(default=None, unique=True)
    """Who asked, and the name that they gave it: the same key is the same command."""
    participant: int | None = None
    step: str
    sender: str
    recipient: str
    data: str
    """Calldata, hex."""
    value: str = "0"
    """Wei."""
    raw: str | None = None
    transaction_hash: str | None = Field(default=None, index=True)
    nonce: int | None = None
    state: str = "queued"
    """queued, sent, done, or refused."""
    block_number: int | None = Field(default=None, index=True)
    block_hash: str | None = None
    """Of the block in which it ended: another one at that number has orphaned it."""
    refusal: dict[str, object] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))


class IdempotencyRow(SQLModel, table=True):
    """The first answer to a request that carried a key; every repetition gets it again."""

    __tablename__ = "idempotency"

    caller: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    request_hash: str
    command: int | None = None
    status: int | None = None
    answer: dict[str, object] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))


class ApiKeyRow(SQLModel, table=True):
    """A key of the HTTP interface: only its hash is kept. Without a participant it is the registrar's."""

    __tablename__ = "api_key"

    id: str = Field(primary_key=True)
    hash: str
    participant: int | None = Field(default=None, index=True)
    created_day: int
    expires_day: int | None = None
    revoked: bool = False


class CustodyRow(SQLModel, table=True):
    """An account whose key the service derives from its secret, under this label."""

    __tablename__ = "custody"

    account: str = Field(primary_key=True)
    label: str


class ScenarioRow(SQLModel, table=True):
    """A scenario that somebody started over HTTP."""

    __tablename__ = "scenario"

    id: int | None = Field(default=None, primary_key=True)
    participant: int | None = None
    kind: str
    spec: dict[str, object] = Field(sa_column=Column(JSON, nullable=False))
    state: str = "queued"
    """queued, running, done, failed, or cancelled."""
    done: int = 0
    total: int | None = None
    result: dict[str, object] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    error: str | None = None
    process: str | None = None
    """The process of the service that runs it: nobody else says what becomes of it while that lives."""
    beat: int | None = None
    """When that process last said that it lives: Unix seconds, of its clock."""


def table_of(model: type[SQLModel]) -> Table:
    """The SQLAlchemy table behind a model, for statements without the ORM."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


def _settle(model: type[SQLModel]) -> None:
    """Give the columns the types that mean the same on both databases; only a key that may be left out is numbered."""
    for column in table_of(model).columns:
        if type(column.type) is Integer:
            column.type = INTEGER
        elif isinstance(column.type, AutoString):
            column.type = TEXT
        if column.primary_key:
            column.autoincrement = model.model_fields[column.name].default is None


for _mapper in SQLModel._sa_registry.mappers:
    _settle(_mapper.class_)


DERIVED = {
    str(model.__tablename__): table_of(model)
    for model in (
        ParticipantRow,
        WalletRow,
        ReceivableRow,
        CreditRow,
        HoldingRow,
        FlowRow,
        LineRow,
        FinancingRow,
        SettlementRow,
        PayoutRow,
        ClaimRow,
    )
}
"""Tables that follow from the events alone, by name; a reorg undoes them row by row."""
