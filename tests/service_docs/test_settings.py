"""The table `[serve]` of docs/SETTINGS.md, held to the code.

given the document
    it should have every setting of the service with its default, and no other
    it should call secret what is never shown
    it should say of the chains that are known what each needs
given the example file
    it should have every setting that is no secret, with its default
given a file, an environment and an option
    it should heed the option, then the environment, then the file
"""

import re
from pathlib import Path

import pytest

from scfin_chain.config import Settings
from scfin_chain.serving import KNOWN_CHAINS, SECRETS, ServeSettings, load_serving

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "serve.toml"
TEXT = (ROOT / "docs" / "SETTINGS.md").read_text(encoding="utf-8")
BODY = re.search(r"^## How the service runs: `\[serve\]`$(.*?)^## ", TEXT, re.DOTALL | re.MULTILINE)
assert BODY is not None
ROWS = {
    name: (unit, default)
    for name, _, unit, default in re.findall(r"^\| `(\w+)` \| (.*) \| (.*?) ?\| (.*) \|$", BODY[1], re.MULTILINE)
}


def test_has_every_setting_with_its_default() -> None:
    assert {name: _plain(default) for name, (_, default) in ROWS.items()} == {
        name: _plain(_shown(value)) for name, value in ServeSettings().model_dump().items()
    }


def test_calls_secret_what_is_never_shown() -> None:
    assert {name for name, (unit, _) in ROWS.items() if unit.startswith("secret")} == set(SECRETS)


def test_says_what_the_known_chains_need() -> None:
    for chain_id, depths in KNOWN_CHAINS.items():
        said = rf"\b{chain_id}, [^;.]*: {depths.finality_depth} and {depths.confirmations}\b"
        assert re.search(said, BODY[1].replace("\n", " "))


def test_example_holds_every_setting_with_its_default() -> None:
    serving, rules = load_serving(EXAMPLE)
    table = re.search(r"^\[serve\]$(.*?)^\[", EXAMPLE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)

    assert table is not None
    assert re.findall(r"^(\w+) = ", table[1], re.MULTILINE) == [
        name for name in ServeSettings.model_fields if name not in (*SECRETS, "chains")
    ]
    assert (rules, serving.model_dump() | {"chains": {}}) == (Settings(), ServeSettings().model_dump())
    assert serving.depth("finality_depth", chain_id=137) == 256


def test_heeds_the_option_then_the_environment_then_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "serve.toml"
    file.write_text("[serve]\nport = 1\nseed = 1\nlargest_body = 1001\n")
    monkeypatch.setenv("SCFIN_PORT", "2")
    monkeypatch.setenv("SCFIN_SEED", "2")

    serving, _ = load_serving(file, port=3, seed=None)

    assert (serving.port, serving.seed, serving.largest_body) == (3, 2, 1001)


def _shown(value: object) -> str:
    match value:
        case None | ():
            return "none"
        case dict():
            return "none" if not value else "some"
        case bool():
            return str(value).lower()
        case _:
            return str(value)


def _plain(default: str) -> str:
    """Without what it comes to."""
    return default.partition(":")[0]
