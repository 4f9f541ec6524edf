"""Where a database is: a file, a PostgreSQL server, or nowhere but in memory."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from scfin_chain.errors import StoreError

FORM = "postgresql://user:password@host/database"
DRIVERS = ("postgresql", "postgresql+pg8000")
OPTIONS = frozenset({"host", "port", "unix_sock", "sslmode"})
"""What may stand behind the question mark."""
SSL_MODES = ("prefer", "disable", "require", "verify-full")
DEFAULT_PORT = 5432


@dataclass(frozen=True, slots=True)
class Location:
    """Has a ``path`` or a ``url``, or neither: then the database lives in memory. As text it never shows a password."""

    path: Path | None = None
    url: URL | None = None
    """With the driver and its options."""
    shown: str = "in memory"
    """As it was named, less the password."""

    @classmethod
    def of(cls, place: Path | str | None) -> "Location":
        """What somebody named: a path, a URL, or None.

        Raises
        ------
        StoreError
            The text looks like a URL, and is none of PostgreSQL.
        """
        if place is None:
            return cls()
        if isinstance(place, str) and "://" in place:
            url = _url(place)
            return cls(url=_understood(url), shown=url.render_as_string(hide_password=True))
        return cls(path=Path(place), shown=str(place))

    def __str__(self) -> str:
        return self.shown

    @property
    def in_memory(self) -> bool:
        return self.path is None and self.url is None


def _url(text: str) -> URL:
    """The URL in its parts; what is wrong with it is told without its password."""
    try:
        return make_url(text)
    except (ArgumentError, ValueError):
        raise StoreError(f"the URL of the database cannot be read: it must be {FORM}") from None


def _understood(url: URL) -> URL:
    """The URL as the driver wants it."""
    if url.drivername not in DRIVERS:
        raise StoreError(f"database {url.drivername}://...: only a path or {FORM} names one")
    unknown = sorted(url.query.keys() - OPTIONS)
    if unknown:
        raise StoreError(f"database URL has the option {unknown[0]}: it takes {', '.join(sorted(OPTIONS))}")
    if not url.username or not url.database:
        raise StoreError(f"database URL names no {'database' if url.username else 'user'}: it must be {FORM}")
    return _with_options(url, _single(url.query)).set(drivername="postgresql+pg8000")


def _with_options(url: URL, options: Mapping[str, str]) -> URL:
    """The URL with its options understood as libpq does; a host that is a folder holds a socket."""
    mode = options.get("sslmode", SSL_MODES[0])
    if mode not in SSL_MODES:
        raise StoreError(f"database URL has sslmode {mode}: it must be one of {', '.join(SSL_MODES)}")
    port = options.get("port", str(url.port or DEFAULT_PORT))
    if not port.isdecimal() or not 0 < int(port) < 2**16:
        raise StoreError(f"database URL has port {port}: it must be from 1 to 65535")
    host = options.get("host", url.host)
    socket = options.get("unix_sock")
    if socket is None and host is not None and host.startswith("/"):
        socket = f"{host}/.s.PGSQL.{port}"
    left = {"sslmode": mode} if mode != SSL_MODES[0] else {}
    if socket is not None:
        return _replaced(url, host=None, port=None, query=left | {"unix_sock": socket})
    return _replaced(url, host=host, port=int(port), query=left)


def _replaced(url: URL, *, host: str | None, port: int | None, query: Mapping[str, str]) -> URL:
    """The URL with another address; its own `set` cannot take one away."""
    return URL.create(
        url.drivername,
        username=url.username,
        password=url.password,
        host=host,
        port=port,
        database=url.database,
        query=query,
    )


def _single(query: Mapping[str, str | tuple[str, ...]]) -> dict[str, str]:
    """Options by name; one that is given twice is refused."""
    for name, value in query.items():
        if not isinstance(value, str):
            raise StoreError(f"database URL has the option {name} {len(value)} times: it takes it once")
    return {name: str(value) for name, value in query.items()}
