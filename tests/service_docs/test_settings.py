"""The table `[serve]` of docs/SETTINGS.md, held to the code.

given the document
    it should have every setting of the service with its default, and no other
    it should call secret what is never shown
given a file, an environment and an option
    it should heed the option, then the environment, then the file
"""

import re
from pathlib import Path

import pytest

from scfin_chain.serving import SECRETS, ServeSettings, load_serving

TEXT = (Path(__file__).parents[2] / "docs" / "SETTINGS.md").read_text(encoding="utf-8")
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
        case bool():
            return str(value).lower()
        case _:
            return str(value)


def _plain(default: str) -> str:
    """Without what it comes to."""
    return default.partition(":")[0]
