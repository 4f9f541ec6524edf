"""The table `[serve]` of docs/SETTINGS.md, held to the code.

given the document
    it should have every setting of the service with its default, and no other
    it should call secret what is never shown
    it should say of the chains that are known what each needs
given the example file
    it should name every setting that is no secret, with its default
    it should change nothing, on any chain, where it is copied whole
    it should leave out, behind a #, those alone that would have the say over what a known chain needs
given a file, an environment and an option
    it should heed the option, then the environment, then the file
"""

import re
import tomllib
from pathlib import Path

import pytest

from scfin_chain.config import Settings
from scfin_chain.serving import KNOWN_CHAINS, SECRETS, ChainDepths, ServeSettings, load_serving

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "serve.toml"
SETTING = r"\w+ = "
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


def test_example_names_every_setting_with_its_default(tmp_path: Path) -> None:
    given = re.sub(rf"^# (?={SETTING}|\[serve\.)", "", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    (file := tmp_path / "serve.toml").write_text(given, encoding="utf-8")
    serving, rules = load_serving(file)

    plain = [name for name in ServeSettings.model_fields if name not in (*SECRETS, "chains")]
    assert list(tomllib.loads(given)["serve"]) == [*plain, "chains"]
    assert (rules, serving.model_dump() | {"chains": {}}) == (Settings(), ServeSettings().model_dump())
    assert serving.depth("finality_depth", chain_id=137) == 256


def test_example_changes_nothing() -> None:
    serving, rules = load_serving(EXAMPLE)

    assert (rules, serving) == (Settings(), ServeSettings())
    for chain_id in (*KNOWN_CHAINS, 137, 31_337):
        for name in ("finality_depth", "confirmations"):
            assert serving.depth(name, chain_id=chain_id) == ServeSettings().depth(name, chain_id=chain_id)


def test_example_leaves_out_no_more_than_it_must() -> None:
    left_out = re.findall(rf"^# ({SETTING})", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE)

    assert {line.partition(" ")[0] for line in left_out} == set(ChainDepths.model_fields)


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
