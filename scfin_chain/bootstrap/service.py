"""The service: a durable chain or a node, a database, and the one that acts."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from scfin_chain import artifacts
from scfin_chain.artifacts import Artifact
from scfin_chain.bootstrap.parts import decider_of, errors_of, keeper_of, node_of, run_of
from scfin_chain.chain import ErrorCatalogue, Gateway
from scfin_chain.chain.backends.eth_tester import DEPLOYER_FUNDS, EthTesterGateway
from scfin_chain.chain.keyring import Keyring
from scfin_chain.chain.ledger import Ledger
from scfin_chain.chain.signer import Signer
from scfin_chain.config import Settings
from scfin_chain.deploy import Founders, found
from scfin_chain.errors import ChainError, InvalidInput, StoreError
from scfin_chain.listener import Listener
from scfin_chain.node.journal import DatabaseJournal
from scfin_chain.service.custody import Custody
from scfin_chain.service.queue import Queue
from scfin_chain.service.rules import Rules
from scfin_chain.service.service import Office, Offices, Service
from scfin_chain.service.worker import Worker
from scfin_chain.serving import ServeSettings
from scfin_chain.store.leadership import Leadership
from scfin_chain.store.store import Store
from scfin_chain.store.tables import Run
from scfin_chain.units import Address, Money, Timestamp, day_from_date, start_of

DATABASE_NAME = "ledger.sqlite"
"""In the data folder."""

FOUNDED_BY = "decider"
"""In what a run keeps of its chain."""

FOUNDERS = ("deployer", "bank", "central bank", "carrier", "regulator", "keeper", "compliance", "court")
"""Labels of the accounts that the service signs for from the start."""

FOUNDING_SECONDS, FOUNDING_PAUSE_SECONDS = 60.0, 0.2
"""How long one of several processes waits for another to found the ledger."""


def open_service(serving: ServeSettings, settings: Settings, *, funds: Mapping[Address, int] | None = None) -> Service:
    """The service on its chain and its database; the ledger is founded where there is none.

    ``funds`` are wei in the genesis block of a chain in this process, beside the deployer's.

    Where the chain is in this process, nobody else may serve the database; on a node, workers take turns.

    Raises
    ------
    InvalidInput
        The settings together lie outside a model's domain, or a key is none.
    ChainError
        There is no node at the URL, its deployer was used before, or the chain in the database is damaged.
    StoreError
        The database cannot be used, is served by another process, or belongs to another chain or other keys.
    """
    rules = Rules.from_settings(settings)
    compiled = artifacts.load_all()
    keys = _keyring(serving)
    gateway: Gateway
    with ExitStack() as opened:
        if serving.rpc_url is None:
            gateway, store, leadership = _durable_chain(
                serving,
                "service",
                keys,
                {**(funds or {}), keys.deployer.address: DEPLOYER_FUNDS},
                opened,
                founded_by=_founded_by(keys),
                settings=settings,
                errors=errors_of(compiled),
            )
        else:
            gateway, store, leadership = _shared_node(serving, settings, compiled, keys, opened)
        service = _service(serving, settings, rules, gateway, store, leadership, compiled, keys)
        opened.pop_all()
    return service


@contextmanager
def open_chain(serving: ServeSettings, *, funds: Mapping[Address, int]) -> Iterator[EthTesterGateway]:
    """The durable chain alone, without a ledger.

    Raises
    ------
    StoreError
        The database cannot be used, is served by another process, or holds something else.
    ChainError
        The chain in the database is damaged.
    """
    with ExitStack() as opened:
        yield _durable_chain(serving, "chain", Keyring(), funds, opened)[0]


def _keyring(serving: ServeSettings) -> Keyring:
    secret, key = serving.secret, serving.deployer_key
    deployer = None if key is None else _signer("deployer_key", key.get_secret_value())
    return Keyring(None if secret is None else secret.get_secret_value(), deployer=deployer)


def _signer(name: str, digits: str) -> Signer:
    try:
        return Signer(bytes.fromhex(digits.removeprefix("0x")))
    except ValueError as error:
        raise InvalidInput(name, "hidden", "a private key: 64 hex digits") from error


def _database_of(serving: ServeSettings) -> Path | str:
    if serving.database is not None:
        return serving.database.get_secret_value()
    try:
        serving.data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"data folder {serving.data} cannot be made: {error.strerror}") from error
    return serving.data / DATABASE_NAME


def _durable_chain(
    serving: ServeSettings,
    kind: str,
    keys: Keyring,
    funds: Mapping[Address, int],
    opened: ExitStack,
    *,
    founded_by: dict[str, str] | None = None,
    settings: Settings | None = None,
    errors: ErrorCatalogue | None = None,
) -> tuple[EthTesterGateway, Store, Leadership]:
    """The chain in a database, for this process alone; one that is there already says how it began."""
    location = _database_of(serving)
    beginning = (_beginning(location, kind) or _new_beginning(serving)) | (founded_by or {})
    run = run_of(_chain(beginning, funds), kind=kind, keys=keys, settings=settings, chain=beginning)
    store, leadership = _followed(location, run, opened)
    if not leadership.acquire():
        raise StoreError(f"database {store.location} is served by another process")
    gateway = _chain(beginning, funds, errors=errors, journal=DatabaseJournal(store))
    opened.callback(gateway.close)
    return gateway, store, leadership


def _followed(location: Path | str, run: Run, opened: ExitStack) -> tuple[Store, Leadership]:
    """The database of a run, and the lead on it, which is not taken yet."""
    founded_by = run.chain.get(FOUNDED_BY)
    store = Store.follow(location, run)
    opened.callback(store.close)
    held = store.run
    if held is not None and held.chain.get(FOUNDED_BY) != founded_by:
        raise StoreError(f"database {store.location}: its ledger was founded with another secret")
    leadership = Leadership(store)
    opened.callback(leadership.release)
    return store, leadership


def _founded_by(keys: Keyring) -> dict[str, str]:
    """By what a ledger remembers whose keys founded it: the account that signs its decisions."""
    return {FOUNDED_BY: keys.signer("decider").address}


def _chain(
    beginning: Mapping[str, Any],
    funds: Mapping[Address, int],
    *,
    errors: ErrorCatalogue | None = None,
    journal: DatabaseJournal | None = None,
) -> EthTesterGateway:
    return EthTesterGateway(
        genesis_time=Timestamp(beginning["genesis_time"]),
        seed=beginning["seed"],
        funds=funds,
        errors=errors,
        journal=journal,
    )


def _new_beginning(serving: ServeSettings) -> dict[str, Any]:
    return {"genesis_time": start_of(day_from_date(serving.start)), "seed": serving.seed}


def _beginning(location: Path | str, kind: str) -> dict[str, Any] | None:
    """How the chain of a database began, where it holds one."""
    run = Store.peek(location)
    return run.chain if run and run.kind == kind else None


def _shared_node(
    serving: ServeSettings,
    settings: Settings,
    compiled: Mapping[str, Artifact],
    keys: Keyring,
    opened: ExitStack,
) -> tuple[Gateway, Store, Leadership]:
    """A node and a database that several processes may share."""
    assert serving.rpc_url is not None
    gateway = node_of(serving.rpc_url.get_secret_value(), compiled)
    opened.callback(gateway.close)
    run = run_of(gateway, kind="service", keys=keys, settings=settings, chain=_founded_by(keys))
    store, leadership = _followed(_database_of(serving), run, opened)
    return gateway, store, leadership


def _service(
    serving: ServeSettings,
    settings: Settings,
    rules: Rules,
    gateway: Gateway,
    store: Store,
    leadership: Leadership,
    compiled: dict[str, Artifact],
    keys: Keyring,
) -> Service:
    if not leadership.held():
        _await_founding(gateway, keys, leadership)
    ledger, founders = found(
        gateway, compiled, terms=settings.ledger, bank_cash=Money(settings.scenario.bank_cash), keys=keys
    )
    if serving.role == "api":
        leadership.release()
    _require_same_terms(ledger, settings)
    custody = Custody(store, keys)
    with store.begin() as connection:
        for label in FOUNDERS:
            custody.take(connection, label)
    settled = serving.rpc_url is None and not serving.development  # nobody can take such a chain back
    finality = 0 if settled else serving.depth("finality_depth", chain_id=gateway.chain_id)
    # on a chain that mines for transactions alone a request would wait for blocks that need not come
    confirmations = 0 if settled else serving.depth("confirmations", chain_id=gateway.chain_id)
    queue = Queue(
        store=store,
        gateway=gateway,
        custody=custody,
        finality_depth=finality,
        open_commands=serving.open_commands,
    )
    worker = None
    listener = Listener(
        gateway=gateway,
        deployment=ledger.deployment,
        store=store,
        finality_depth=finality,
        may_lag=serving.rpc_url is not None,
    )
    if leadership.held():
        listener.poll()  # whoever asks first finds the founders enrolled
    if serving.role != "api":
        worker = Worker(
            leadership=leadership,
            listener=listener,
            decider=decider_of(ledger, store, rules, founders, confirmations=confirmations),
            keeper=keeper_of(ledger, store, founders, settings),
            queue=queue,
            ledger=ledger,
        )
    return Service(
        settings=settings,
        rules=rules,
        ledger=ledger,
        store=store,
        custody=custody,
        queue=queue,
        offices=_offices(founders),
        errors=errors_of(compiled),
        worker=worker,
    )


def _offices(founders: Founders) -> Offices:
    central_bank, bank, carrier, regulator = (
        Office(id=founder.id, account=founder.signer.address)
        for founder in (founders.central_bank, founders.bank, founders.carrier, founders.regulator)
    )
    return Offices(
        registrar=founders.registrar.address,
        central_bank=central_bank,
        bank=bank,
        carrier=carrier,
        regulator=regulator,
    )


def _await_founding(gateway: Gateway, keys: Keyring, leadership: Leadership) -> None:
    """One of several founds the ledger, the others wait for the last of its transactions."""
    deadline = monotonic() + FOUNDING_SECONDS
    while gateway.nonce(keys.signer("bank").address) == 0 and not leadership.acquire():
        if monotonic() > deadline:
            raise ChainError(f"no ledger was founded within {FOUNDING_SECONDS:g} s, and another process has the lead")
        sleep(FOUNDING_PAUSE_SECONDS)


def _require_same_terms(ledger: Ledger, settings: Settings) -> None:
    """The terms are written into the contracts: they cannot be set anew."""
    for field, function in (
        ("fee_grace_days", "feeGraceDays"),
        ("default_days", "defaultDays"),
        ("late_fee_bps", "lateFeeBps"),
    ):
        founded, asked = ledger.view("Settlement", function), getattr(settings.ledger, field)
        if founded != asked:
            raise InvalidInput(f"ledger.{field}", asked, f"{founded}, with which the ledger was founded")
