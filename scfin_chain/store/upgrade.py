"""Alembic, told to work within a transaction that is open already."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run the migrations up to that revision."""
    command.upgrade(configuration(connection), revision)


def configuration(connection: Connection) -> Config:
    """Where the migrations are, and on what they work."""
    config = Config()
    config.set_main_option("script_location", "scfin_chain.store:migrations")
    config.attributes["connection"] = connection
    return config
