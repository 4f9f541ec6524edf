"""What every composition is put together from."""

from collections.abc import Mapping
from typing import Any

from scfin_chain.artifacts import Artifact
from scfin_chain.chain import ErrorCatalogue, Gateway
from scfin_chain.chain.backends.rpc import RpcGateway
from scfin_chain.chain.keyring import Keyring
from scfin_chain.chain.ledger import Ledger
from scfin_chain.config import Settings
from scfin_chain.deploy import Founders
from scfin_chain.service.decider import Decider
from scfin_chain.service.keeper import Keeper
from scfin_chain.service.rules import Rules
from scfin_chain.store.store import Store
from scfin_chain.store.tables import Run


def errors_of(compiled: Mapping[str, Artifact]) -> ErrorCatalogue:
    return ErrorCatalogue(artifact.abi for artifact in compiled.values())


def node_of(url: str, compiled: Mapping[str, Artifact]) -> RpcGateway:
    return RpcGateway(url, errors=errors_of(compiled))


def decider_of(ledger: Ledger, store: Store, rules: Rules, founders: Founders, *, confirmations: int = 0) -> Decider:
    return Decider(
        ledger=ledger,
        store=store,
        rules=rules,
        bank=founders.bank.signer,
        bank_id=founders.bank.id,
        decider=founders.decider,
        confirmations=confirmations,
    )


def keeper_of(ledger: Ledger, store: Store, founders: Founders, settings: Settings) -> Keeper:
    return Keeper(
        store=store,
        signer=founders.keeper,
        desk=ledger.address("FinancingDesk"),
        default_days=settings.ledger.default_days,
    )


def run_of(
    gateway: Gateway,
    *,
    kind: str,
    inputs_hash: str = "",
    settings: Settings | None = None,
    keys: Keyring | None = None,
    chain: dict[str, Any] | None = None,
) -> Run:
    return Run(
        kind=kind,
        chain_id=gateway.chain_id,
        genesis_hash=gateway.block(0).hash.hex(),
        deployer=(keys or Keyring()).deployer.address,
        inputs_hash=inputs_hash,
        settings={} if settings is None else settings.model_dump(),
        chain=chain or {},
    )
