"""Derived rows: read and written by key, and undone block by block.

given no row
    getting: none; inserting: it is there; updating: refused; adding: it is made with the amount
given a row
    getting: it; updating: only what is named changes, and it gives the row as it was; adding: the sum
given changes of several blocks
    undoing after a block: every row is as it was after that block, whatever was done to it since
    undoing after the last: nothing changes
    undoing twice, or doing the same again after it: the same
given blocks that are final: nothing is remembered
"""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from scfin_chain.store.rows import UNDO, DerivedRows, undo_after
from scfin_chain.store.store import Store
from scfin_chain.store.tables import DERIVED
from tests.fakes.stores import empty_store

repeatable = settings(derandomize=True, deadline=None, max_examples=60)


@pytest.fixture
def store() -> Iterator[Store]:
    with empty_store() as made:
        yield made


@pytest.fixture
def rows(store: Store) -> Iterator[DerivedRows]:
    with store.begin() as connection:
        yield DerivedRows(connection, block_number=1, undoable=True)


class TestGivenNoRow:
    def test_gets_none(self, rows: DerivedRows) -> None:
        assert rows.get("wallet", account="0xa") is None

    def test_inserts_it_with_its_defaults(self, rows: DerivedRows) -> None:
        rows.insert("wallet", account="0xa")
        assert rows.get("wallet", account="0xa") == {"account": "0xa", "cash": 0, "frozen": "0"}

    def test_refuses_to_update(self, rows: DerivedRows) -> None:
        with pytest.raises(KeyError, match=r"wallet has no row \{.account.: .0xa.\}"):
            rows.update("wallet", {"account": "0xa"}, cash=1)

    def test_adds_by_making_it(self, rows: DerivedRows) -> None:
        rows.add("holding", {"credit": "7", "account": "0xa"}, "amount", 5)
        assert rows.get("holding", credit="7", account="0xa") == {"credit": "7", "account": "0xa", "amount": 5}
        assert rows.get("holding", credit="7", account="0xb") is None


class TestGivenARow:
    def test_updates_what_is_named_and_gives_the_row_as_it_was(self, rows: DerivedRows) -> None:
        rows.insert("line", issuer=3, limit=100, used=40)
        assert rows.update("line", {"issuer": 3}, used=60) == {"issuer": 3, "limit": 100, "used": 40}
        assert rows.get("line", issuer=3) == {"issuer": 3, "limit": 100, "used": 60}

    @pytest.mark.parametrize("amount", [0, 7, -12, 2**62])
    def test_adds(self, rows: DerivedRows, amount: int) -> None:
        rows.insert("wallet", account="0xa", cash=5)
        rows.insert("wallet", account="0xb", cash=5)
        rows.add("wallet", {"account": "0xa"}, "cash", amount)
        assert rows.get("wallet", account="0xa") == {"account": "0xa", "cash": 5 + amount, "frozen": "0"}
        assert rows.get("wallet", account="0xb") == {"account": "0xb", "cash": 5, "frozen": "0"}


Change = tuple[str, str, int]
changes = st.tuples(st.sampled_from(["add", "freeze"]), st.sampled_from("abc"), st.integers(-9, 9))


def play(store: Store, blocks: list[list[Change]], *, first: int = 1, undoable: bool = True) -> None:
    """Blocks of changes to wallets, one transaction each."""
    for number, block in enumerate(blocks, first):
        with store.begin() as connection:
            rows = DerivedRows(connection, block_number=number, undoable=undoable)
            for kind, account, amount in block:
                rows.add("wallet", {"account": account}, "cash", amount if kind == "add" else 0)
                if kind == "freeze":
                    rows.update("wallet", {"account": account}, frozen=str(amount))


def undo(store: Store, block: int) -> None:
    with store.begin() as connection:
        undo_after(connection, block)


def remembered(store: Store) -> list[tuple[int, str, object, object]]:
    with store.read() as connection:
        query = select(UNDO.c.block_number, UNDO.c.table, UNDO.c.key, UNDO.c.before).order_by(UNDO.c.sequence)
        return [tuple(row) for row in connection.execute(query)]


class TestGivenChangesOfSeveralBlocks:
    @repeatable
    @given(blocks=st.lists(st.lists(changes, max_size=4), max_size=5), kept=st.integers(0, 5))
    def test_is_as_after_that_block_when_undone(self, blocks: list[list[Change]], kept: int) -> None:
        with empty_store() as undone, empty_store() as expected:
            play(undone, blocks)
            play(expected, blocks[:kept])
            for _ in range(2):
                undo(undone, kept)
                assert undone.derived("wallet") == expected.derived("wallet")
                assert remembered(undone) == remembered(expected)

            play(undone, blocks[kept:], first=kept + 1)
            play(expected, blocks[kept:], first=kept + 1)
            assert undone.derived("wallet") == expected.derived("wallet")
            assert remembered(undone) == remembered(expected)

    def test_is_as_it_was_when_undone_given_every_kind_of_row(self, store: Store) -> None:
        with store.begin() as connection:
            rows = DerivedRows(connection, block_number=1, undoable=True)
            for name, table in DERIVED.items():
                rows.insert(name, **{column.name: _value(column.type.python_type, 1) for column in table.columns})
        before = {name: store.derived(name) for name in DERIVED}

        with store.begin() as connection:
            rows = DerivedRows(connection, block_number=2, undoable=True)
            for name, table in DERIVED.items():
                key = {column.name: _value(column.type.python_type, 1) for column in table.primary_key}
                rest = [column for column in table.columns if not column.primary_key]
                rows.update(name, key, **{column.name: _value(column.type.python_type, 2) for column in rest})
                rows.insert(name, **{column.name: _value(column.type.python_type, 3) for column in table.columns})
        assert all(len(store.derived(name)) == 2 for name in DERIVED)

        undo(store, 1)
        assert {name: store.derived(name) for name in DERIVED} == before
        undo(store, 0)
        assert all(store.derived(name) == [] for name in DERIVED)


def test_remembers_nothing_given_blocks_that_are_final(store: Store) -> None:
    play(store, [[("add", "a", 5)], [("freeze", "a", 3)]], undoable=False)
    undo(store, 0)
    assert [dict(row) for row in store.derived("wallet")] == [{"account": "a", "cash": 5, "frozen": "3"}]


def _value(kind: type, number: int) -> object:
    return {int: number, bool: number % 2 == 0}.get(kind, f"text {number}")
