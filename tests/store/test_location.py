"""Where a database is, by what somebody wrote.

given None: in memory; given a path, also as text: that file
given a URL of PostgreSQL: the driver's, its socket where a folder is its host; it is shown without its password
given anything else with the looks of a URL, or an option that is none: refused with one line without a password
"""

from pathlib import Path

import pytest

from scfin_chain.errors import StoreError
from scfin_chain.store.location import Location

DRIVER = "postgresql+pg8000://"


def test_is_in_memory_given_none() -> None:
    assert Location.of(None) == Location()
    assert str(Location.of(None)) == "in memory"


@pytest.mark.parametrize("text", ["run.sqlite", "/var/lib/run.sqlite", "what?mode=ro#50%25.sqlite", "a:b@c"])
def test_is_a_file_given_a_path(text: str) -> None:
    for place in (text, Path(text)):
        assert Location.of(place).path == Path(text)
        assert str(Location.of(place)) == text


@pytest.mark.parametrize(
    ("text", "driven"),
    [
        ("postgresql://ada:pw@db/ledger", "ada:pw@db:5432/ledger"),
        ("postgresql+pg8000://ada@db:6000/ledger", "ada@db:6000/ledger"),
        ("postgresql://ada:p%40w@[::1]:6000/ledger", "ada:p%40w@[::1]:6000/ledger"),
        ("postgresql://ada:pw@/ledger?host=/run/pg", "ada:pw@/ledger?unix_sock=%2Frun%2Fpg%2F.s.PGSQL.5432"),
        ("postgresql://ada@/ledger?host=/run/pg&port=6000", "ada@/ledger?unix_sock=%2Frun%2Fpg%2F.s.PGSQL.6000"),
        ("postgresql://ada@/ledger?unix_sock=/run/pg/s", "ada@/ledger?unix_sock=%2Frun%2Fpg%2Fs"),
        ("postgresql://ada@/ledger?host=db", "ada@db:5432/ledger"),
        ("postgresql://ada@db/ledger?sslmode=verify-full", "ada@db:5432/ledger?sslmode=verify-full"),
        ("postgresql://ada@db/ledger?sslmode=prefer", "ada@db:5432/ledger"),
    ],
)
def test_is_what_the_driver_takes_given_a_url(text: str, driven: str) -> None:
    url = Location.of(text).url
    assert url is not None
    assert url.render_as_string(hide_password=False) == DRIVER + driven


def test_is_shown_without_its_password() -> None:
    location = Location.of("postgresql://ada:s3cret@db:6000/ledger?sslmode=require")
    assert str(location) == "postgresql://ada:***@db:6000/ledger?sslmode=require"
    assert "s3cret" not in repr(location)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mysql://ada:s3cret@db/ledger", "database mysql://...: only a path or"),
        ("sqlite:///s3cret", "database sqlite://...: only a path or"),
        ("postgresql://ada:s3cret@db:six/ledger", "the URL of the database cannot be read"),
        ("postgresql://ada:s3cret@db:70000/ledger", "database URL has port 70000: it must be from 1 to 65535"),
        ("postgresql://ada:s3cret@/ledger?port=six", "database URL has port six: it must be from 1 to 65535"),
        ("://s3cret", "the URL of the database cannot be read"),
        ("postgresql://ada:s3cret@db", "database URL names no database: it must be"),
        ("postgresql://:s3cret@db/ledger", "database URL names no user: it must be"),
        ("postgresql://ada:s3cret@db/ledger?sslmode=yes", "database URL has sslmode yes: it must be one of"),
        ("postgresql://ada@db/ledger?password=s3cret", "database URL has the option password: it takes host, port"),
        ("postgresql://ada:s3cret@db/x?host=a&host=b", "database URL has the option host 2 times"),
    ],
)
def test_is_refused_with_one_line_without_a_password(text: str, message: str) -> None:
    with pytest.raises(StoreError) as refusal:
        Location.of(text)
    assert str(refusal.value).startswith(message)
    assert "s3cret" not in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert refusal.value.__cause__ is None
