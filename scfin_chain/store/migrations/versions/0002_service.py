"""The tables of the service; rows of 0.1.0 stay as they are, but for the word of a decision that was given up."""

from alembic import op

from scfin_chain.store.migrations.columns import document, flag, number, numbered, octets, text

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("run", document("chain", default="{}"))
    op.add_column("decision", number("basis_block", default="0"))
    op.add_column("outbox", number("attempts", default="0"))
    op.add_column("outbox", text("error", null=True))
    op.add_column("outbox", number("after_block", default="0"))
    op.execute("UPDATE outbox SET state = 'dead' WHERE state = 'failed'")
    _parties()
    _withdrawn()
    _chain()
    _commands()
    _keys()
    _scenarios()


def _parties() -> None:
    """Who may read an event."""
    op.create_table(
        "event_party",
        number("participant", key=True),
        number("block_number", key=True),
        number("ordinal", key=True),
    )


def _withdrawn() -> None:
    """Decisions that were taken back."""
    op.create_table(
        "withdrawn",
        numbered("sequence"),
        text("cause"),
        number("financing"),
        number("requested_block"),
        number("basis_block"),
        number("programme"),
        number("day"),
        text("verdict"),
        text("reason"),
        flag("supervised"),
        document("signed"),
        text("signature"),
        document("inputs"),
        document("models"),
        document("outputs"),
        text("model_hash"),
        text("inputs_hash"),
    )
    op.create_index("ix_withdrawn_financing", "withdrawn", ["financing"])


def _chain() -> None:
    """The local chain, as it was done."""
    op.create_table(
        "chain_entry",
        number("sequence", key=True),
        text("kind"),
        text("parent_hash"),
        number("timestamp"),
        text("sender", null=True),
        octets("body"),
    )
    op.create_table(
        "chain_dump",
        number("sequence", key=True),
        text("head_hash"),
        document("state"),
        octets("body"),
    )


def _commands() -> None:
    """What is to be done on the ledger, and the answers that were given."""
    op.create_table(
        "command",
        numbered("id"),
        text("key", null=True, unique=True),
        number("participant", null=True),
        text("step"),
        text("sender"),
        text("recipient"),
        text("data"),
        text("value"),
        text("raw", null=True),
        text("transaction_hash", null=True),
        number("nonce", null=True),
        text("state"),
        number("block_number", null=True),
        text("block_hash", null=True),
        document("refusal", null=True),
    )
    op.create_index("command_state", "command", ["state"])
    op.create_index("command_nonce", "command", ["sender", "nonce"])
    op.create_index("ix_command_block_number", "command", ["block_number"])
    op.create_index("ix_command_transaction_hash", "command", ["transaction_hash"])
    op.create_table(
        "idempotency",
        text("caller", key=True),
        text("key", key=True),
        text("request_hash"),
        number("command", null=True),
        number("status", null=True),
        document("answer", null=True),
    )


def _keys() -> None:
    """Who may ask, and for whom the service signs."""
    op.create_table(
        "api_key",
        text("id", key=True),
        text("hash"),
        number("participant", null=True),
        number("created_day"),
        number("expires_day", null=True),
        flag("revoked"),
    )
    op.create_index("ix_api_key_participant", "api_key", ["participant"])
    op.create_table(
        "custody",
        text("account", key=True),
        text("label"),
    )


def _scenarios() -> None:
    """What was tried over HTTP."""
    op.create_table(
        "scenario",
        numbered("id"),
        number("participant", null=True),
        text("kind"),
        document("spec"),
        text("state"),
        number("done"),
        number("total", null=True),
        document("result", null=True),
        text("error", null=True),
        text("process", null=True),
        number("beat", null=True),
    )
