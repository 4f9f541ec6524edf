"""The tables of 0.1.0."""

from alembic import op

from scfin_chain.store.migrations.columns import amount, document, flag, number, numbered, text

revision = "0001"
down_revision = None


def upgrade() -> None:
    _run()
    _read()
    _participants()
    _receivables()
    _credits()
    _financings()
    _settlements()
    _decisions()


def _run() -> None:
    """What the database is of."""
    op.create_table(
        "run",
        number("id", key=True),
        text("kind"),
        number("chain_id"),
        text("genesis_hash"),
        text("deployer"),
        text("inputs_hash"),
        document("settings"),
        flag("finished"),
    )
    op.create_table(
        "journal",
        number("step", key=True),
        text("line"),
    )
    op.create_table(
        "name",
        number("participant", key=True),
        text("name"),
    )


def _read() -> None:
    """What was read from the chain, and what a reorg would put back."""
    op.create_table(
        "block",
        number("number", key=True),
        text("hash"),
        text("parent_hash"),
        number("timestamp"),
    )
    op.create_table(
        "event",
        number("chain_id", key=True),
        text("block_hash", key=True),
        text("transaction_hash", key=True),
        number("log_index", key=True),
        number("block_number"),
        number("ordinal"),
        number("day"),
        text("contract"),
        text("name"),
        document("body"),
    )
    op.create_index("event_block", "event", ["block_number"])
    op.create_table(
        "undo",
        numbered("sequence"),
        number("block_number"),
        text("table"),
        document("key"),
        document("before", null=True),
    )
    op.create_index("undo_block", "undo", ["block_number"])


def _participants() -> None:
    """Who takes part, with what cash and what limit."""
    op.create_table(
        "participant",
        number("id", key=True),
        text("account"),
        number("roles"),
        number("tier"),
        number("valid_until_day"),
        flag("suspended"),
        text("identity"),
    )
    op.create_index("ix_participant_account", "participant", ["account"])
    op.create_table(
        "wallet",
        text("account", key=True),
        amount("cash"),
        text("frozen"),
    )
    op.create_table(
        "line",
        number("issuer", key=True),
        amount("limit", null=True),
        amount("used", null=True),
    )


def _receivables() -> None:
    """What is owed."""
    op.create_table(
        "receivable",
        number("id", key=True),
        number("debtor"),
        number("creditor"),
        number("programme"),
        text("key"),
        number("document_type"),
        text("document_number"),
        text("documents"),
        amount("face", null=True),
        number("due_day"),
        number("registered_day"),
        number("confirmed_day", null=True),
        number("milestone"),
        amount("free"),
        amount("tokenised"),
        amount("settled"),
        amount("disputed"),
        flag("collected"),
        number("paid_day", null=True),
    )
    op.create_index("receivable_debtor", "receivable", ["debtor"])
    op.create_index("receivable_programme", "receivable", ["programme"])


def _credits() -> None:
    """The tokens of what is owed."""
    op.create_table(
        "credit",
        text("id", key=True),
        number("receivable"),
        number("issuer"),
        number("programme"),
        number("maturity_day"),
        amount("outstanding"),
        flag("is_sealed"),
    )
    op.create_index("credit_maturity", "credit", ["maturity_day"])
    op.create_table(
        "holding",
        text("credit", key=True),
        text("account", key=True),
        amount("amount"),
    )
    op.create_table(
        "flow",
        number("block_number", key=True),
        number("ordinal", key=True),
        number("holder", key=True),
        number("issuer"),
        text("credit"),
        number("day"),
        amount("amount", null=True),
    )
    op.create_index("flow_pair", "flow", ["issuer", "holder"])


def _financings() -> None:
    """What is advanced on it."""
    op.create_table(
        "financing",
        number("id", key=True),
        text("credit"),
        number("receivable"),
        number("issuer"),
        number("programme"),
        number("maturity_day"),
        number("holder"),
        amount("face", null=True),
        number("expires_day"),
        number("requested_day"),
        number("requested_block"),
        text("state"),
        number("bank", null=True),
        amount("price", null=True),
        amount("claim", null=True),
        number("rate_bps", null=True),
        flag("supervised", null=True),
        number("reason", null=True),
        text("model_hash", null=True),
        text("inputs_hash", null=True),
        number("decided_day", null=True),
        number("closed_day", null=True),
    )
    op.create_index("financing_credit", "financing", ["credit"])
    op.create_index("financing_pair", "financing", ["issuer", "holder"])
    op.create_index("financing_state", "financing", ["state"])


def _settlements() -> None:
    """How it is repaid."""
    op.create_table(
        "settlement",
        text("credit", key=True),
        text("status"),
        number("collection_failed_day", null=True),
        number("defaulted_day", null=True),
        amount("received"),
        amount("principal"),
        amount("fee"),
        number("collected_day", null=True),
        amount("paid_out"),
        amount("dust"),
    )
    op.create_table(
        "payout",
        number("block_number", key=True),
        number("ordinal", key=True),
        text("credit"),
        number("payee"),
        number("financing"),
        amount("amount", null=True),
        flag("claimable"),
        number("day"),
    )
    op.create_index("payout_credit", "payout", ["credit"])
    op.create_index("payout_financing", "payout", ["financing"])
    op.create_table(
        "claim",
        number("payee", key=True),
        amount("amount"),
    )


def _decisions() -> None:
    """What the service decided."""
    op.create_table(
        "decision",
        number("financing", key=True),
        number("requested_block"),
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
    op.create_index("ix_decision_requested_block", "decision", ["requested_block"])
    op.create_table(
        "outbox",
        number("financing", key=True),
        text("state"),
    )
    op.create_index("ix_outbox_state", "outbox", ["state"])
