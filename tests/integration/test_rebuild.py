"""The replay: derived rows rebuilt from the stored events, and compared with those that are there.

given a story in which every event happens
    from any block that was read, also where nothing can be undone: equal, and nothing is written
    from one that was not: refused, with the last that was
given a value that somebody changed, a row that is gone, or one that no event tells of, in any derived table
    just that difference is found, and nothing is repaired
    from whatever block, before that change or after it; but where it begins with rows that were put back,
    only if a block since has changed the row
given an event that is gone: it says which event cannot be told
given events, written and read: the same
"""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Table, delete, insert, select, update

from scfin_chain.errors import InvalidInput, StoreError
from scfin_chain.listener.replay import EVENTS, REBUILT, UNDO, Difference, rebuild, stored_event
from scfin_chain.scenarios.stage import Stage
from scfin_chain.store.store import Store
from scfin_chain.store.tables import DERIVED
from tests.fakes.stores import empty_store, image_of, restored
from tests.integration.laboratories import everything, following, staged
from tests.integration.story import tell

DEPTH = 40
WALLETS = DERIVED["wallet"]


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged() as told:
        tell(told)
        yield told


@pytest.fixture(scope="module")
def image(stage: Stage) -> bytes:
    with following(stage.laboratory, finality_depth=DEPTH) as (listener, store):
        listener.poll()
        return image_of(store)


@pytest.fixture
def store(image: bytes) -> Iterator[Store]:
    with restored(image) as made:
        yield made


@pytest.fixture(scope="module")
def head(stage: Stage) -> int:
    return stage.laboratory.ledger.gateway.head().number


class TestEqual:
    def test_is_from_the_first_block(self, store: Store, image: bytes, head: int) -> None:
        report = rebuild(store)
        held = everything(store)
        assert report.equal
        assert (report.from_block, report.to_block, report.events) == (0, head, len(held["event"]))
        assert report.rows == sum(len(held[name]) for name in REBUILT)
        assert image_of(store) == image

    def test_is_from_every_block_that_can_be_undone(self, store: Store, image: bytes, head: int) -> None:
        for block in range(head - DEPTH, head + 1):
            report = rebuild(store, from_block=block)
            assert (report.differences, report.put_back) == ((), block > head - DEPTH), block
            assert report.events == sum(event["block_number"] >= block for event in everything(store)["event"])
        assert image_of(store) == image

    def test_is_of_a_run_that_undoes_nothing(self, stage: Stage, head: int) -> None:
        stage.laboratory.listener.poll()
        held = everything(stage.laboratory.store)
        for block in (1, 2, 10, head // 2, head - 1, head):
            report = rebuild(stage.laboratory.store, from_block=block)
            assert (report.differences, report.put_back) == ((), False), block
            assert report.events == sum(event["block_number"] >= block for event in held["event"])
            assert report.rows == sum(len(held[name]) for name in REBUILT)
        assert everything(stage.laboratory.store) == held

    def test_is_not_tried_from_a_block_that_was_not_read(self, store: Store, head: int) -> None:
        for block in (-1, head + 1):
            with pytest.raises(InvalidInput, match=f"from_block is {block}: must be from 0 to {head}, the block that"):
                rebuild(store, from_block=block)

    def test_is_not_tried_given_nothing_was_read(self) -> None:
        with empty_store() as empty, pytest.raises(StoreError, match="holds no block"):
            rebuild(empty)


class TestDifferent:
    @pytest.mark.parametrize("table", REBUILT.values(), ids=REBUILT)
    def test_is_found_given_a_row_that_is_gone(self, store: Store, table: Table) -> None:
        row = first(store, table)
        change(store, delete(table).where(*same(table, row)))
        key = tuple(row[column.name] for column in table.primary_key)
        before = image_of(store)
        [difference] = rebuild(store).differences
        assert difference == Difference(table=table.name, key=key, column="", held=False, told=True)
        assert str(difference) == f"{table.name} {', '.join(map(str, key))}: the row is missing"
        assert image_of(store) == before

    @pytest.mark.parametrize("table", REBUILT.values(), ids=REBUILT)
    def test_is_found_given_a_row_of_which_no_event_tells(self, store: Store, table: Table) -> None:
        key = table.primary_key.columns[0]
        row = first(store, table) | {key.name: "9" * 9 if key.type.python_type is str else 999_999_999}
        change(store, insert(table).values(row))
        [difference] = rebuild(store).differences
        assert (difference.table, difference.column, difference.held, difference.told) == (table.name, "", True, False)
        assert str(difference).endswith(": no event tells of it")

    @pytest.mark.parametrize("table", DERIVED.values(), ids=DERIVED)
    def test_is_found_given_values_that_somebody_changed(self, store: Store, table: Table) -> None:
        row = first(store, table)
        wrong = {name: altered(value) for name, value in row.items() if not table.columns[name].primary_key}
        change(store, update(table).where(*same(table, row)).values(wrong))
        differences = rebuild(store).differences
        assert {found.column: found.held for found in differences} == wrong
        assert {found.column: found.told for found in differences} == {name: row[name] for name in wrong}
        assert {(found.table, found.key) for found in differences} == {
            (table.name, tuple(row[column.name] for column in table.primary_key))
        }
        found = differences[0]
        assert str(found).endswith(f": {found.column} is {found.held!r}, the events say {found.told!r}")

    def test_is_found_from_whatever_block(self, store: Store, head: int) -> None:
        [richest, *_] = sorted(store.derived("wallet"), key=lambda row: -int(row["cash"]))
        change(store, one_more(richest["account"]))
        for block in (0, 1, 10, head - DEPTH):
            [difference] = rebuild(store, from_block=block).differences
            assert (difference.table, difference.column) == ("wallet", "cash")

    def test_is_found_after_rows_were_put_back_given_a_block_since_changed_it(self, store: Store, head: int) -> None:
        with store.read() as connection:
            of_wallets = select(UNDO).where(UNDO.c.table == "wallet").order_by(UNDO.c.sequence.desc())
            last = connection.execute(of_wallets.limit(1)).one()
        change(store, one_more(last.key["account"]))
        for block in range(head - DEPTH + 1, head + 1):
            report = rebuild(store, from_block=block)
            assert report.put_back
            assert report.equal == (block > last.block_number), block


class TestEvents:
    def test_are_refused_given_one_is_gone(self, store: Store) -> None:
        change(store, delete(EVENTS).where(EVENTS.c.name == "FinancingRequested"))
        with pytest.raises(StoreError, match=r"event Financing\w+ of block [0-9]+ cannot be told: .*financing has no"):
            rebuild(store)

    def test_are_read_as_they_were_written(self, store: Store) -> None:
        for row in everything(store)["event"]:
            event = stored_event(row["name"], row["body"])
            assert type(event).__name__ == row["name"]
            assert event.to_json() == row["body"]


def first(store: Store, table: Table) -> dict[str, Any]:
    with store.read() as connection:
        return dict(connection.execute(select(table).order_by(*table.primary_key)).mappings().first() or {})


def one_more(account: str) -> Any:
    """One unit of cash that came from nowhere."""
    return update(WALLETS).where(WALLETS.c.account == account).values(cash=WALLETS.c.cash + 1)


def same(table: Table, row: dict[str, Any]) -> list[Any]:
    return [column == row[column.name] for column in table.primary_key]


def change(store: Store, statement: Any) -> None:
    with store.begin() as connection:
        assert connection.execute(statement).rowcount == 1 or statement.is_delete


def altered(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return f"{value}1"
    return 1 if value is None else value + 1
