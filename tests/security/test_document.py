"""docs/SECURITY.md, held to the code.

given the document
    it should name no test that is not there
    it should say of each role what its key may write, no more and no less
    it should say of each secret what it can do
"""

import ast
import re
from pathlib import Path

import pytest

from api.access import ACCESS, REGISTRAR, ROLES, Reach
from scfin_chain.serving import SECRETS

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "SECURITY.md").read_text(encoding="utf-8")

NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py(?:::\w+)+)`", TEXT)))

READS = ("list", "get", "explain", "trace", "stream", "quote", "compute")
"""First words of operations that write nothing."""

EVERYBODYS = {"make_key", "revoke_key", "start_scenario", "cancel_scenario"}
"""Nothing of the ledger: keys of one's own, and runs on a chain of their own."""


@pytest.mark.parametrize("name", NAMED)
def test_names_tests_that_are_there(name: str) -> None:
    path, *inside = name.split("::")
    body: list[ast.stmt] = ast.parse((ROOT / path).read_text(encoding="utf-8")).body
    for part in inside:
        body = next(
            node.body for node in body if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == part
        )


def test_names_many() -> None:
    assert len(NAMED) > 30


def test_says_what_each_key_may_write() -> None:
    rows = dict(re.findall(r"^\| (\w+) \| ((?:`\w+`(?:, )?)+|nothing) \|$", TEXT, re.MULTILINE))

    assert {role: set(re.findall(r"`(\w+)`", row)) for role, row in rows.items()} == {
        role: writes(role) for role in ROLES
    }


def test_says_what_each_secret_can_do() -> None:
    assert all(f"`{name}`" in TEXT for name in SECRETS if name not in ("database", "rpc_url"))
    assert "the database's password" in TEXT
    assert "credentials in the node's URL" in TEXT


def test_says_who_signs_for_itself() -> None:
    without = {role for role in ROLES if ACCESS["submit_transaction"][role] is Reach.NONE}

    assert without == {REGISTRAR, "regulator"}


def writes(role: str) -> set[str]:
    """What the table of access lets the role write to the ledger."""
    own = {name for name, row in ACCESS.items() if row[role] is not Reach.NONE and name.split("_")[0] not in READS}
    return own - EVERYBODYS - {"submit_transaction"}


def table() -> str:
    """The rows of the document, to be written anew when the access changes: run this module."""
    return "\n".join(
        f"| {role} | {', '.join(f'`{name}`' for name in sorted(writes(role))) or 'nothing'} |" for role in ROLES
    )


if __name__ == "__main__":
    print(table())  # noqa: T201
