"""Databases in memory, for tests that need no chain, or one of their own beside a chain."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from scfin_chain.store.store import Store
from scfin_chain.store.tables import Run


def some_run() -> Run:
    return Run(kind="run", chain_id=31_337, genesis_hash="", deployer="", inputs_hash="", settings={})


@contextmanager
def empty_store() -> Iterator[Store]:
    """A database with its tables and a run, and nothing else."""
    with restored(_empty()) as store:
        yield store


@contextmanager
def restored(image: bytes) -> Iterator[Store]:
    """A database as it was when its image was taken."""
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    store = Store(engine, None)
    restore(store, image)
    try:
        yield store
    finally:
        store.close()


def restore(store: Store, image: bytes) -> None:
    """Make a database in memory what it was when the image was taken."""
    with store.engine.connect() as connection:
        connection.connection.driver_connection.deserialize(image)  # type: ignore[union-attr]


def image_of(store: Store) -> bytes:
    """A database in memory as bytes."""
    with store.read() as connection:
        image: bytes = connection.connection.driver_connection.serialize()  # type: ignore[union-attr]
    return image


@cache
def _empty() -> bytes:
    store = Store.create(None, some_run())
    image = image_of(store)
    store.close()
    return image
