"""The composition root.

founding a laboratory
    given a first day, early or late: the ledger is founded on the day before, and everything stands
    given settings that no model takes, a database that is taken, an unknown chain: refused, and nothing is written
    given a node that is not fresh, or none: refused
following a ledger
    given one on a node: the listener reads it
    given none there, or a database of another chain: refused, and nothing is written
"""

from datetime import date
from pathlib import Path

import pytest

from scfin_chain.bootstrap import RPC_FINALITY_DEPTH, ChainChoice, open_laboratory, open_listener
from scfin_chain.config import Settings, SupervisionSettings
from scfin_chain.errors import ChainError, InvalidInput, StoreError
from scfin_chain.store.store import Store
from scfin_chain.units import Day, day_from_date, day_of
from tests.integration.laboratories import START, everything, projected

NOWHERE = "http://127.0.0.1:9"


class TestFounding:
    @pytest.mark.parametrize("first", [date(1970, 1, 2), date(2012, 2, 29), date(2100, 12, 31)])
    def test_is_on_the_day_before(self, first: date) -> None:
        with open_laboratory(start=day_from_date(first)) as laboratory:
            gateway = laboratory.ledger.gateway
            assert day_of(gateway.head().timestamp) == day_from_date(first) - 1
            assert laboratory.listener.poll() == gateway.head().number
            assert {row["id"] for row in laboratory.store.derived("participant")} == set(range(1, 7))
            assert laboratory.founders.bank.id in range(1, 7)

    def test_keeps_the_run_given_a_database(self, tmp_path: Path) -> None:
        path = tmp_path / "run.sqlite"
        with open_laboratory(start=START, database=path, inputs_hash="c0ffee") as laboratory:
            laboratory.listener.poll()
            held = projected(laboratory.store)
        store = Store.existing(path)
        assert store.run is not None
        assert (store.run.kind, store.run.inputs_hash, store.run.finished) == ("run", "c0ffee", False)
        assert Settings.model_validate(store.run.settings) == Settings()
        assert projected(store) == held
        store.close()

    def test_is_refused_given_settings_that_no_model_takes(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidInput, match=r"^supervised_share is 16\.0: must be"):
            open_laboratory(
                start=START,
                settings=Settings(supervision=SupervisionSettings(credit_cost=1, technology_cost=11)),
                database=tmp_path / "run.sqlite",
            )
        assert list(tmp_path.iterdir()) == []

    def test_is_refused_given_a_database_that_is_taken(self, tmp_path: Path) -> None:
        path = tmp_path / "run.sqlite"
        open_laboratory(start=START, database=path).__exit__(None, None, None)
        before = path.read_bytes()
        with pytest.raises(StoreError, match="already holds an unfinished run"):
            open_laboratory(start=START, database=path)
        assert path.read_bytes() == before

    def test_is_refused_given_a_chain_of_another_kind(self, tmp_path: Path) -> None:
        choice = ChainChoice(kind="besu")  # type: ignore[arg-type]
        with pytest.raises(InvalidInput, match="--chain is 'besu': must be one of eth-tester, rpc"):
            open_laboratory(start=START, chain=choice, database=tmp_path / "run.sqlite")
        assert list(tmp_path.iterdir()) == []

    def test_is_refused_given_no_node(self, tmp_path: Path) -> None:
        choice = ChainChoice(kind="rpc", rpc_url=NOWHERE)
        with pytest.raises(ChainError):
            open_laboratory(start=START, chain=choice, database=tmp_path / "run.sqlite")
        assert list(tmp_path.iterdir()) == []


class TestOnANode:
    def test_founds_follows_and_refuses(self, tmp_path: Path, anvil_url: str) -> None:
        """One story, because a node is costly: no ledger, founded, followed, not fresh any more."""
        follower = tmp_path / "follower.sqlite"
        with pytest.raises(ChainError, match="has no ledger"):
            open_listener(rpc_url=anvil_url, database=follower)
        assert not follower.exists()

        choice = ChainChoice(kind="rpc", rpc_url=anvil_url)
        with open_laboratory(start=START, chain=choice) as laboratory:
            laboratory.listener.poll()
            held = projected(laboratory.store)

        for _ in range(2):  # and again, from where it was
            listener, store, gateway = open_listener(rpc_url=anvil_url, database=follower)
            listener.poll()
            assert projected(store) == held
            assert listener.cursor == gateway.head()
            assert len(everything(store)["block"]) <= RPC_FINALITY_DEPTH + 2
            store.close()
            gateway.close()

        with pytest.raises(ChainError, match=r"is at block 33: a run needs one at block 0"):
            open_laboratory(start=START, chain=choice, database=tmp_path / "second.sqlite")
        assert not (tmp_path / "second.sqlite").exists()

    def test_is_refused_given_a_database_of_another_chain(self, tmp_path: Path, anvil_url: str) -> None:
        choice = ChainChoice(kind="rpc", rpc_url=anvil_url)
        with open_laboratory(start=Day(START + 1), chain=choice):
            pass
        path = tmp_path / "run.sqlite"
        with open_laboratory(start=START, database=path):
            pass
        before = path.read_bytes()
        with pytest.raises(StoreError, match="holds a run of another chain or deployment"):
            open_listener(rpc_url=anvil_url, database=path)
        assert path.read_bytes() == before

    def test_is_refused_given_no_node(self, tmp_path: Path) -> None:
        with pytest.raises(ChainError):
            open_listener(rpc_url=NOWHERE, database=tmp_path / "follower.sqlite")
        assert list(tmp_path.iterdir()) == []
