"""How the service runs: command line, environment (``SCFIN_...``), and the table ``[serve]`` of a TOML file.

The first that names a thing has the say. Secrets are never printed.
"""

import datetime as dt
import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from scfin_chain.config import Settings, load_settings, refusal_of, tables_of
from scfin_chain.errors import InvalidInput

Part = Literal["all", "api", "worker"]

ENVIRONMENT = "SCFIN_"
"""How every setting begins in the environment."""

BESIDE = ("SCFIN_DATABASE_PASSWORD", "SCFIN_URL")
"""What begins so too and is no setting: of compose.yaml, and of the service's clients."""

SECRETS = ("database", "rpc_url", "secret", "deployer_key", "mnemonic")
"""Settings whose values are never shown, not even where they are refused."""


Blocks = Annotated[int, Field(ge=0, le=100_000)]


class ChainDepths(BaseModel):
    """How deep one chain must be trusted; None is as everywhere."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    finality_depth: Blocks | None = None
    confirmations: Blocks | None = None


KNOWN_CHAINS: Mapping[int, ChainDepths] = {
    1: ChainDepths(finality_depth=64, confirmations=64),
    1_337: ChainDepths(finality_depth=0, confirmations=0),
}
"""Ethereum's main network is final after two epochs; Besu's and geth's development networks never reorganise.

A node of 31337, anvil or hardhat, goes back when it is told to, and so is as everywhere.
"""

OPEN_COMMANDS = 32
"""What one participant may have under way unless the settings say otherwise."""

LARGEST_CHAIN_ID = 2**63 - 1
_CHAIN_ID = re.compile(r"[1-9]\d{0,18}", re.ASCII)


class ServeSettings(BaseSettings):
    """What surrounds the ledger; the rules by which it decides are `scfin_chain.config.Settings`."""

    model_config = SettingsConfigDict(env_prefix=ENVIRONMENT, frozen=True, extra="forbid", validate_default=True)

    data: Path = Path("scfin-data")
    """Folder of the database and of the registrar's first key."""
    database: SecretStr | None = None
    """postgresql://user:password@host/name, or a SQLite file; without it ``ledger.sqlite`` in the data folder."""
    rpc_url: SecretStr | None = None
    """A node to run on; without it the chain is in this process, and durable in the database."""
    role: Part = "all"
    """``api`` answers HTTP, ``worker`` acts on the chain; apart, they need a node and a database that they share."""
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8_000
    hosts: Annotated[tuple[str, ...], NoDecode] = ()
    """Names by which /rpc may be called, beside localhost and any address; as text, with commas between."""
    secret: SecretStr | None = None
    """From which the keys in custody are derived, 16 characters or more; without it they are public ones."""
    deployer_key: SecretStr | None = None
    """Private key, hex, of the account that founds, governs and pays for the ledger; it goes with the secret."""
    mnemonic: SecretStr | None = None
    """Of the accounts that the chain in this process funds and signs for; without it a public one."""
    rpc: bool = True
    """Whether /rpc answers; it shows the whole chain to whoever reaches the port."""
    rpc_gas: Annotated[int, Field(ge=100_000, le=16_777_216)] = 6_000_000
    """What a call or an estimate over /rpc may use; every call of the ledger needs less, and so does making one."""
    development: bool = False
    """Whether /rpc also answers evm_snapshot, evm_mine and the like."""
    start: dt.date = dt.date(2024, 1, 1)
    """The day on which the chain in this process begins."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    finality_depth: Blocks = 64
    """Blocks of a node that a reorg may still replace; the chain in this process has none."""
    confirmations: Blocks = 0
    """Blocks of a node on top of a request before it is decided; the chain in this process waits for none."""
    chains: Annotated[Mapping[int, ChainDepths], NoDecode] = {}
    """The two by chain id, for chains on which they differ: a table of the file alone."""
    requests_a_second: Annotated[int, Field(ge=1, le=1_000_000)] = 200
    """For each participant, with all its keys, or for each address without one."""
    open_commands: Annotated[int, Field(ge=1, le=1_000_000)] = OPEN_COMMANDS
    """Writes of one participant that have not ended; more are refused until some have."""
    largest_body: Annotated[int, Field(ge=1_000, le=100_000_000)] = 1_000_000
    """Bytes of a request."""
    scenario_seconds: Annotated[int, Field(ge=1, le=1_000_000)] = 1_800
    """How long one run of a scenario may take."""
    scenarios_kept: Annotated[int, Field(ge=1, le=1_000_000)] = 20
    """Scenarios of each participant: the oldest that has ended goes when one more is started."""
    log_format: Literal["text", "json"] = "text"

    @field_validator("hosts", mode="before")
    @classmethod
    def _listed(cls, hosts: object) -> object:
        return [name.strip() for name in hosts.split(",") if name.strip()] if isinstance(hosts, str) else hosts

    @field_validator("chains", mode="before")
    @classmethod
    def _by_chain_id(cls, chains: object) -> object:
        """Keys of TOML are text, and pydantic's word for one that is no number would name no field."""
        if not isinstance(chains, Mapping):
            raise InvalidInput("chains", chains, "tables of the settings file: [serve.chains.CHAIN_ID]")
        for named in map(str, chains):
            if not (_CHAIN_ID.fullmatch(named) and int(named) <= LARGEST_CHAIN_ID):
                raise InvalidInput("chains", named[:40], f"by chain id, a number from 1 to {LARGEST_CHAIN_ID}")
        return chains

    @field_validator("rpc_url")
    @classmethod
    def _is_url_of_a_node(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not _leads_to_a_node(url.get_secret_value()):
            raise InvalidInput("rpc_url", "not shown", "a URL such as http://127.0.0.1:8545")
        return url

    @model_validator(mode="after")
    def _governed_by_whom_it_serves(self) -> "ServeSettings":
        """Secret offices under a public account would be nobody's: it grants each role anew."""
        if (self.secret is None) != (self.deployer_key is None):
            lacking, given = ("secret", "deployer_key") if self.secret is None else ("deployer_key", "secret")
            raise InvalidInput(lacking, None, f"given, as {given} is: keys are all secret, or all public")
        return self

    @model_validator(mode="after")
    def _apart_needs_shared(self) -> "ServeSettings":
        if self.role != "all" and self.rpc_url is None:
            raise InvalidInput("role", self.role, "all where the chain is in this process: name a node with rpc_url")
        return self

    def depth(self, name: Literal["finality_depth", "confirmations"], *, chain_id: int) -> int:
        """One of the two on a chain: as its table says, else as given for all, else as the chain is known to need."""
        named = getattr(self.chains.get(chain_id), name, None)
        known = getattr(KNOWN_CHAINS.get(chain_id), name, None)
        for_all: int = getattr(self, name)
        if named is not None:
            return int(named)
        return for_all if known is None or name in self.model_fields_set else int(known)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The command line, then the environment, then the file."""
        given = dict(init_settings())
        from_file = given.pop("_file", {})
        return (
            InitSettingsSource(settings_cls, init_kwargs=given),
            env_settings,
            InitSettingsSource(settings_cls, init_kwargs=from_file),
        )


def load_serving(path: Path | None, **given: object) -> tuple[ServeSettings, Settings]:
    """How to serve, and the rules; ``given`` comes from the command line, None where it was silent.

    Raises
    ------
    InvalidInput
        A value is out of range, of another type, or has a name that is none.
    """
    _refuse_misspelt(os.environ)
    settings, serve = load_settings(path, beside=("serve",)), _serve_table(path)
    named: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    try:
        return ServeSettings(**named | {"_file": serve}), settings
    except ValidationError as error:
        refused = error.errors()[0]
        if refused["loc"][0] in SECRETS:
            raise InvalidInput(str(refused["loc"][0]), "not shown", "text") from None
        raise refusal_of(error) from error


def _refuse_misspelt(environment: Mapping[str, str]) -> None:
    """One that is not heeded may have been meant to keep the keys secret."""
    settings = [f"{ENVIRONMENT}{name.upper()}" for name in ServeSettings.model_fields]
    for name in sorted(environment):
        if name.upper().startswith(ENVIRONMENT) and name.upper() not in (*settings, *BESIDE):
            nearest = get_close_matches(name.upper(), settings, n=1, cutoff=0)[0]
            raise InvalidInput(name, "not shown", f"left out, as it is no setting: the nearest is {nearest}")


def _leads_to_a_node(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _serve_table(path: Path | None) -> dict[str, Any]:
    table = tables_of(path).get("serve", {})
    if not isinstance(table, dict):
        raise InvalidInput("serve", table, "a table")
    return table
