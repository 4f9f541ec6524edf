"""A store on SQLite and on PostgreSQL: the same in every respect that a caller can see.

opening
    creating, following, peeking, reading an existing one: as a file does it, each refusal one line without a password
    given what a service commits: it survives a power cut
holding
    integers of 64 bits, JSON with wider ones, bytes, None: as they were; text in byte order
writing
    given a failure, also one that somebody swallowed: nothing is written
    given a reader that becomes a writer, or two writers: one after the other, or a typed conflict
    given a long read: it sees one moment, and nobody waits for it
    given forty threads that read while one writes: all are served, also in memory, where they take turns
failing
    given a lost connection, a server that is away, a full disk, a lock that stays: one typed line, and it goes on after
"""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from threading import Barrier, Event, Thread
from time import monotonic

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import DBAPIError

from scfin_chain.errors import StoreError
from scfin_chain.store import engines
from scfin_chain.store.failures import Conflict
from scfin_chain.store.rows import DerivedRows, undo_after
from scfin_chain.store.store import Place, Store
from scfin_chain.store.tables import DERIVED, BlockRow, ChainEntryRow, CommandRow, NameRow, UndoRow, table_of
from tests.postgres import PASSWORD, Postgres
from tests.store.runs import a_run

BLOCKS, NAMES, UNDO = table_of(BlockRow), table_of(NameRow), table_of(UndoRow)
COMMANDS, ENTRIES = table_of(CommandRow), table_of(ChainEntryRow)
HOLDINGS, PARTICIPANTS, WALLETS = DERIVED["holding"], DERIVED["participant"], DERIVED["wallet"]

THREADS = 40
LARGEST = 2**63 - 1


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    """A store on either database."""
    with closing(Store.create(place, a_run())) as made:
        yield made


def block(number: int) -> dict[str, object]:
    return {"number": number, "hash": "aa", "parent_hash": "00", "timestamp": 2**40}


def write(store: Store, *numbers: int) -> None:
    """Blocks of these numbers, in one transaction."""
    with store.begin() as connection:
        for number in numbers:
            connection.execute(insert(BLOCKS).values(block(number)))


def count(store: Store) -> int:
    with store.read() as connection:
        return connection.execute(select(func.count()).select_from(BLOCKS)).scalar_one()


class TestOpening:
    def test_holds_the_run_given_a_new_database(self, place: Place) -> None:
        with closing(Store.create(place, a_run())) as store:
            assert store.run == a_run()
            store.finish()
            assert store.run == a_run(finished=True)

    def test_refuses_a_second_run(self, place: Place) -> None:
        Store.create(place, a_run()).close()
        with pytest.raises(StoreError, match=r"^database .* already holds an unfinished run: name another"):
            Store.create(place, a_run())

    def test_follows_the_same_chain_and_no_other(self, place: Place) -> None:
        with closing(Store.follow(place, a_run("listener"))) as first, first.begin() as connection:
            connection.execute(insert(BLOCKS).values(block(7)))
        with closing(Store.follow(place, a_run("listener"))) as second:
            assert count(second) == 1
        with pytest.raises(StoreError, match=r"holds a listener of another chain or deployment"):
            Store.follow(place, a_run("listener", chain_id=1))

    def test_peeks_at_the_run_that_is_there(self, place: Place) -> None:
        assert Store.peek(place) is None
        Store.create(place, a_run("service", chain={"seed": 2**60})).close()
        assert Store.peek(place) == a_run("service", chain={"seed": 2**60})

    def test_is_made_once_given_several_processes(self, place: Place) -> None:
        program = (
            "import sys; from pathlib import Path; from scfin_chain.store.store import Store; "
            "from tests.store.runs import a_run; place = sys.argv[2] if sys.argv[1] == 'str' else Path(sys.argv[2]); "
            "Store.follow(place, a_run('service')).close()"
        )
        command = [sys.executable, "-c", program, type(place).__name__, str(place)]
        processes = [subprocess.Popen(command) for _ in range(4)]
        assert [process.wait(120) for process in processes] == [0, 0, 0, 0]
        assert Store.peek(place) == a_run("service")

    def test_reads_an_existing_one(self, store: Store, place: Place) -> None:
        assert place is not None
        with closing(Store.existing(place)) as reading:
            assert reading.run == a_run()

    def test_refuses_to_read_given_none(self, place: Place) -> None:
        assert place is not None
        with pytest.raises(StoreError, match=r"^(no database at|database .* holds no run)"):
            Store.existing(place)

    def test_refuses_a_database_of_somebody_else(self, postgres_url: str) -> None:
        with closing(Store.create(postgres_url, a_run())) as store, store.begin() as connection:
            connection.exec_driver_sql("DROP TABLE undo")
        for attempt in (Store.existing, Store.peek):
            with pytest.raises(StoreError, match=r"^database .* is not one of ours: it lacks undo$"):
                attempt(postgres_url)

    def test_never_shows_the_password(self, postgres_url: str) -> None:
        with closing(Store.create(postgres_url, a_run())) as store:
            assert PASSWORD not in str(store.location)
        for url in (postgres_url, postgres_url.replace("scfin_", "none_"), postgres_url.replace(PASSWORD, "s3cret")):
            with pytest.raises(StoreError) as refusal:
                Store.create(url, a_run())
            assert PASSWORD not in str(refusal.value)
            assert "s3cret" not in str(refusal.value)
            assert "\n" not in str(refusal.value)

    def test_lets_a_copy_be_read_while_it_is_written(self, tmp_path: Path) -> None:
        with closing(Store.create(tmp_path / "a.sqlite", a_run())) as store, store.engine.connect() as connection:
            connection.execution_options(**{engines.BEGIN: "NOT"})
            connection.exec_driver_sql(f"VACUUM INTO '{tmp_path / 'copy.sqlite'}'")
        with closing(Store.follow(tmp_path / "copy.sqlite", a_run())) as copy, copy.read() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"

    @pytest.mark.parametrize(("kind", "synchronous"), [("service", 2), ("listener", 1)])
    def test_commits_to_the_disk_given_a_service(self, tmp_path: Path, kind: str, synchronous: int) -> None:
        with closing(Store.follow(tmp_path / "a.sqlite", a_run(kind))) as store, store.read() as connection:
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == synchronous
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"


class TestHolding:
    @pytest.mark.parametrize("day", [0, 2**31, 2**32 - 1, LARGEST, -LARGEST - 1])
    def test_keeps_integers_of_64_bits(self, store: Store, day: int) -> None:
        row = {
            "id": LARGEST,
            "account": "0xA",
            "roles": 2**32,
            "tier": 3,
            "valid_until_day": day,
            "suspended": True,
            "identity": "",
        }
        with store.begin() as connection:
            DerivedRows(connection, block_number=1, undoable=True).insert("participant", **row)
        assert [dict(found) for found in store.derived("participant")] == [row]
        assert store.derived("participant")[0]["suspended"] is True

    def test_puts_back_exactly_what_a_reorg_undoes(self, store: Store) -> None:
        with store.begin() as connection:
            rows = DerivedRows(connection, block_number=1, undoable=True)
            rows.insert("line", issuer=LARGEST, limit=LARGEST, used=2**53 + 1)
            rows.insert(
                "participant", id=1, account="é", roles=1, tier=1, valid_until_day=1, suspended=False, identity=""
            )
        before = {name: store.derived(name) for name in ("line", "participant")}
        with store.begin() as connection:
            rows = DerivedRows(connection, block_number=2, undoable=True)
            rows.update("line", {"issuer": LARGEST}, used=0)
            rows.update("participant", {"id": 1}, suspended=True)
            changes = connection.execute(select(UNDO.c.key, UNDO.c.before).order_by(UNDO.c.sequence)).all()
            assert changes[0] == ({"issuer": LARGEST}, None)
            assert changes[2] == ({"issuer": LARGEST}, {"issuer": LARGEST, "limit": LARGEST, "used": 2**53 + 1})
            undo_after(connection, 1)
        assert {name: store.derived(name) for name in ("line", "participant")} == before

    def test_keeps_bytes_and_nothing(self, store: Store) -> None:
        entry = {"sequence": 2**40, "kind": "mine", "parent_hash": "", "timestamp": 2**40, "sender": None}
        with store.begin() as connection:
            connection.execute(insert(ENTRIES).values(entry | {"body": bytes(range(256))}))
            connection.execute(insert(COMMANDS).values(step="mint", sender="", recipient="", data="", refusal=None))
        with store.read() as connection:
            assert connection.execute(select(ENTRIES)).mappings().one() == entry | {"body": bytes(range(256))}
            assert connection.execute(select(COMMANDS.c.id).where(COMMANDS.c.refusal.is_(None))).scalars().all() == [1]

    def test_orders_text_by_its_bytes(self, store: Store) -> None:
        accounts = ["0xB", "0xa", "0xA", "0xb", "_", "é", "z", "Z", "10", "9"]
        with store.begin() as connection:
            for account in accounts:
                connection.execute(insert(HOLDINGS).values(credit="1", account=account, amount=1))
        with store.read() as connection:
            ordered = connection.execute(select(HOLDINGS.c.account).order_by(HOLDINGS.c.account)).scalars().all()
            after = connection.execute(select(HOLDINGS.c.account).where(HOLDINGS.c.account > "Z")).scalars().all()
        assert ordered == sorted(accounts)
        assert sorted(after) == ["_", "z", "é"]

    def test_orders_by_bytes_whatever_the_language_of_the_server(self, postgres_url: str) -> None:
        with closing(Store.create(postgres_url, a_run())) as store, store.read() as connection:
            query = (
                "SELECT count(*), count(*) FILTER (WHERE collation_name = 'C') FROM information_schema.columns "
                "WHERE table_schema = 'public' AND data_type LIKE 'character%%' AND table_name <> 'alembic_version'"
            )
            texts, bytewise = connection.exec_driver_sql(query).one()
        assert texts == bytewise > 50


class TestWriting:
    def test_writes_nothing_given_a_failure(self, store: Store) -> None:
        def fail() -> None:
            with store.begin() as connection:
                connection.execute(insert(BLOCKS).values(block(1)))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()
        assert count(store) == 0

    def test_tells_a_conflict_given_a_key_that_is_there(self, store: Store) -> None:
        write(store, 1)
        with pytest.raises(Conflict, match=r"^database .* failed: .*(UNIQUE|unique)"):
            write(store, 2, 1)
        assert count(store) == 1

    def test_says_so_given_a_statement_that_is_wrong(self, store: Store) -> None:
        with pytest.raises(StoreError, match=r"^database .* failed: [^\n]*nowhere[^\n]*$"), store.begin() as connection:
            connection.exec_driver_sql("SELECT 1 FROM nowhere")

    def test_does_not_lose_rows_silently_given_a_failure_that_was_swallowed(self, postgres_url: str) -> None:
        store = Store.create(postgres_url, a_run())

        def swallow() -> None:
            with store.begin() as connection:
                connection.execute(insert(BLOCKS).values(block(1)))
                with suppress(DBAPIError):
                    connection.execute(insert(BLOCKS).values(block(1)))

        with pytest.raises(StoreError, match="in failed transaction block"):
            swallow()
        store.close()

    def test_lets_a_reader_become_a_writer(self, place: Place) -> None:
        """Where a transaction began by reading, another's commit in between must not end it."""
        store, other = Store.create(place, a_run()), Store.follow(place, a_run())
        began, results = Event(), []

        def write() -> None:
            began.wait()
            with other.begin() as connection:
                connection.execute(insert(BLOCKS).values(block(2)))
            results.append("other")

        thread = Thread(target=write)
        thread.start()
        with store.begin() as connection:
            assert connection.execute(select(func.count()).select_from(BLOCKS)).scalar_one() == 0
            began.set()
            if store.engine.dialect.name == "postgresql":
                thread.join()
            connection.execute(insert(BLOCKS).values(block(1)))
        thread.join()
        assert results == ["other"]
        assert count(store) == 2
        store.close()
        other.close()

    def test_loses_no_addition_of_two_processes(self, place: Place) -> None:
        stores = [Store.follow(place, a_run()) for _ in range(2)]
        with stores[0].begin() as connection:
            connection.execute(insert(WALLETS).values(account="a", cash=0))

        def add_one(store: Store) -> None:
            while True:
                with suppress(Conflict):
                    with store.begin() as connection:
                        cash = connection.execute(select(WALLETS.c.cash)).scalar_one()
                        connection.execute(update(WALLETS).values(cash=cash + 1))
                    return

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda number: add_one(stores[number % 2]), range(40)))
        assert stores[0].derived("wallet")[0]["cash"] == 40
        for store in stores:
            store.close()

    def test_reads_one_moment_and_keeps_nobody_waiting(self, store: Store) -> None:
        with store.read() as reading:
            query = select(func.count()).select_from(BLOCKS)
            assert reading.execute(query).scalar_one() == 0
            began = monotonic()
            with store.begin() as connection:
                connection.execute(insert(BLOCKS).values(block(1)))
            assert monotonic() - began < 5
            assert reading.execute(query).scalar_one() == 0
        assert count(store) == 1

    @pytest.mark.parametrize("kind", ["memory", "sqlite", "postgresql"])
    def test_serves_forty_threads_while_one_writes(
        self, kind: str, tmp_path: Path, request: pytest.FixtureRequest
    ) -> None:
        places = {"memory": None, "sqlite": tmp_path / "a.sqlite"}
        place = places[kind] if kind in places else request.getfixturevalue("postgres_url")
        store = Store.create(place, a_run())
        start, done = Barrier(THREADS + 1), Event()

        def read(_: int) -> int:
            start.wait()
            reads = 0
            while not done.is_set():
                with store.read() as connection:
                    first = connection.execute(select(func.count()).select_from(BLOCKS)).scalar_one()
                    again = connection.execute(select(func.count()).select_from(BLOCKS)).scalar_one()
                assert first == again
                reads += 1
            return reads

        def write() -> None:
            start.wait()
            try:
                for number in range(30):
                    with store.begin() as connection:
                        connection.execute(insert(BLOCKS).values(block(number)))
            finally:
                done.set()

        with ThreadPoolExecutor(THREADS + 1) as pool:
            writing = pool.submit(write)
            readers = [pool.submit(read, number) for number in range(THREADS)]
            writing.result(60)
            assert all(reader.result(60) >= 0 for reader in readers)
        assert count(store) == 30
        store.close()


class TestFailing:
    def test_goes_on_given_a_server_that_came_back(self, postgres: Postgres, postgres_url: str) -> None:
        store = Store.create(postgres_url, a_run())

        def lose() -> None:
            with store.begin() as connection:
                connection.execute(insert(BLOCKS).values(block(1)))
                postgres.kill()
                connection.execute(insert(BLOCKS).values(block(2)))

        with pytest.raises(StoreError, match=r"failed: network error[^\n]*$"):
            lose()
        try:
            with pytest.raises(StoreError, match=r"cannot be read: communication error: [^\n]*$"):
                _ = store.run
        finally:
            postgres.start()
        assert count(store) == 0
        with store.begin() as connection:
            connection.execute(insert(BLOCKS).values(block(1)))
        assert count(store) == 1
        store.close()

    def test_goes_on_given_a_connection_that_was_cut(self, postgres: Postgres, postgres_url: str) -> None:
        store = Store.create(postgres_url, a_run())

        def lose() -> None:
            with store.begin() as connection:
                backend = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
                postgres.execute(f"SELECT pg_terminate_backend({backend}, 5000)")
                connection.execute(insert(BLOCKS).values(block(1)))

        with pytest.raises(StoreError, match=r"^database .* failed: "):
            lose()
        assert count(store) == 0
        store.close()

    def test_says_so_given_a_full_disk(self, tmp_path: Path) -> None:
        store = Store.create(tmp_path / "a.sqlite", a_run())
        with store.read() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count=1")
        too_long = insert(NAMES).values(participant=1, name="n" * 100_000)
        with pytest.raises(StoreError, match=r"failed: database or disk is full$"), store.begin() as connection:
            connection.execute(too_long)
        with store.read() as connection:
            assert connection.execute(select(NAMES)).all() == []
        store.close()

    def test_says_so_given_a_lock_that_stays(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        Store.create(place, a_run()).close()
        monkeypatch.setattr(engines, "LOCK_SECONDS", 1)
        monkeypatch.setitem(engines.SESSION, "lock_timeout", "1s")
        first, second = Store.follow(place, a_run()), Store.follow(place, a_run())
        with first.begin() as connection:
            connection.execute(insert(BLOCKS).values(block(1)))
            with (
                pytest.raises(
                    StoreError, match=r"failed: (database is locked|canceling statement due to lock timeout)$"
                ),
                second.begin() as waiting,
            ):
                waiting.execute(insert(BLOCKS).values(block(1)))
        assert count(second) == 1
        first.close()
        second.close()

    def test_says_so_given_a_thread_that_uses_a_database_in_memory_twice(self) -> None:
        store = Store.create(None, a_run())
        with (
            store.begin(),
            pytest.raises(StoreError, match=r"^database in memory is busy: this thread has it already$"),
        ):
            _ = store.run
        assert store.run == a_run()
        store.close()

    def test_says_so_given_no_turn_in_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(engines, "CONNECTION_SECONDS", 0.1)
        store = Store.create(None, a_run())
        with store.begin(), ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(lambda: store.run)
            with pytest.raises(StoreError, match=r"^database in memory is busy: no turn within 0.1 s$"):
                waiting.result()
        assert store.run == a_run()
        store.close()

    def test_says_so_given_no_connection_in_time(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(engines, "CONNECTION_SECONDS", 0.1)
        monkeypatch.setattr(engines, "KEPT_CONNECTIONS", 1)
        monkeypatch.setattr(engines, "MOST_CONNECTIONS", 1)
        store = Store.create(place, a_run())
        with store.begin(), pytest.raises(StoreError, match=r"^database .* is busy: no connection was free in time$"):
            _ = store.run
        store.close()

    def test_says_so_given_a_file_that_may_only_be_read(self, tmp_path: Path) -> None:
        store = Store.create(tmp_path / "a.sqlite", a_run())
        with store.read() as connection:
            connection.exec_driver_sql("PRAGMA query_only=1")
        with pytest.raises(StoreError, match=r"failed: attempt to write a readonly database$"):
            write(store, 1)
        assert count(store) == 0
        store.close()
