"""A laboratory: a fresh chain with a ledger founded on it, for one run."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from scfin_chain import artifacts
from scfin_chain.artifacts import Artifact
from scfin_chain.bootstrap.parts import decider_of, errors_of, keeper_of, node_of, run_of
from scfin_chain.chain import Gateway
from scfin_chain.chain.backends.eth_tester import EthTesterGateway
from scfin_chain.chain.ledger import Ledger
from scfin_chain.config import Settings
from scfin_chain.deploy import Founders, found
from scfin_chain.errors import ChainError, InvalidInput
from scfin_chain.listener import Listener
from scfin_chain.service.decider import Decider
from scfin_chain.service.keeper import Keeper
from scfin_chain.service.rules import Rules
from scfin_chain.store.store import Store
from scfin_chain.units import DAY_SECONDS, Day, Money, Timestamp, start_of

ChainKind = Literal["eth-tester", "rpc"]
CHAINS: tuple[ChainKind, ...] = ("eth-tester", "rpc")
DEFAULT_RPC_URL = "http://127.0.0.1:8545"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainChoice:
    """Which chain to run on."""

    kind: ChainKind = "eth-tester"
    rpc_url: str = DEFAULT_RPC_URL
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Laboratory:
    """A founded ledger with everything that works on it; a context manager that closes what it holds."""

    settings: Settings
    ledger: Ledger
    founders: Founders
    founded_at: int
    """The block before the first of the deployment."""
    store: Store
    listener: Listener
    decider: Decider
    keeper: Keeper

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.store.close()
        self.ledger.gateway.close()


def open_laboratory(
    *,
    start: Day,
    settings: Settings | None = None,
    chain: ChainChoice | None = None,
    database: Path | str | None = None,
    inputs_hash: str = "",
) -> Laboratory:
    """Found a ledger on a fresh chain on the day before ``start``; ``database`` None keeps nothing.

    Raises
    ------
    InvalidInput
        The settings together lie outside a model's domain; nothing has begun.
    ChainError
        There is no node at the URL, or it has blocks already, or its time cannot be set.
    StoreError
        The database cannot be used, or holds a run.
    """
    settings = settings or Settings()
    chain = chain or ChainChoice()
    rules = Rules.from_settings(settings)
    compiled = artifacts.load_all()
    with ExitStack() as opened:
        gateway = _fresh_chain(chain, compiled, Timestamp(start_of(start) - DAY_SECONDS))
        opened.callback(gateway.close)
        store = Store.create(database, run_of(gateway, kind="run", inputs_hash=inputs_hash, settings=settings))
        opened.callback(store.close)
        ledger, founders = found(gateway, compiled, terms=settings.ledger, bank_cash=Money(settings.scenario.bank_cash))
        laboratory = Laboratory(
            settings=settings,
            ledger=ledger,
            founders=founders,
            founded_at=0,
            store=store,
            listener=Listener(gateway=gateway, deployment=ledger.deployment, store=store, finality_depth=0),
            decider=decider_of(ledger, store, rules, founders),
            keeper=keeper_of(ledger, store, founders, settings),
        )
        opened.pop_all()
    return laboratory


def _fresh_chain(chain: ChainChoice, compiled: Mapping[str, Artifact], at: Timestamp) -> Gateway:
    if chain.kind == "eth-tester":
        return EthTesterGateway(genesis_time=at, seed=chain.seed, errors=errors_of(compiled))
    if chain.kind != "rpc":
        raise InvalidInput("--chain", chain.kind, f"one of {', '.join(CHAINS)}")
    gateway = node_of(chain.rpc_url, compiled)
    try:
        if gateway.head().number != 0:
            raise ChainError(f"node at {gateway.node} is at block {gateway.head().number}: a run needs one at block 0")
        gateway.set_time(at)
    except BaseException:
        gateway.close()
        raise
    return gateway
