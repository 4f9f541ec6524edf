"""Columns as the migrations write them: 64-bit integers and text that is compared byte by byte, on both databases."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, Integer, LargeBinary, String

NUMBER = BigInteger().with_variant(Integer(), "sqlite")
TEXT = String().with_variant(String(collation="C"), "postgresql")


def number(name: str, *, key: bool = False, null: bool = False, default: str | None = None) -> Column[Any]:
    return Column(name, NUMBER, primary_key=key, autoincrement=False, nullable=null, server_default=default)


def numbered(name: str) -> Column[Any]:
    """A key that the database counts."""
    return Column(name, NUMBER, primary_key=True, autoincrement=True, nullable=False)


def amount(name: str, *, null: bool = False) -> Column[Any]:
    """Minor units."""
    return Column(name, BigInteger(), nullable=null)


def text(name: str, *, key: bool = False, null: bool = False, unique: bool | None = None) -> Column[Any]:
    return Column(name, TEXT, primary_key=key, nullable=null, unique=unique)


def flag(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, Boolean(), nullable=null)


def document(name: str, *, null: bool = False, default: str | None = None) -> Column[Any]:
    """JSON."""
    return Column(name, JSON(), nullable=null, server_default=default)


def octets(name: str) -> Column[Any]:
    return Column(name, LargeBinary(), nullable=False)
