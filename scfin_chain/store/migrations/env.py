"""What Alembic runs to reach the database: the connection that it was given, in the transaction that is open there."""

from alembic import context

from scfin_chain.store.tables import Run, table_of


def run() -> None:
    """Run the migrations on the configured connection."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=table_of(Run).metadata,
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()


if __name__ == "env_py":  # so Alembic names this file when it runs it; anybody else only reads it
    run()
