"""Settings of the service that depend on the chain.

given a chain that has a table of its own
    it should be trusted as that says, each number for itself
given one that has none
    it should be trusted as all chains are, where that was said; else as it is known to need
given a table that is none
    it should be refused in one line that names the field, the value and the limit
given a variable of the environment that looks like a setting and is none
    it should be refused by name, with the nearest setting, and its value not be shown
"""

from pathlib import Path

import pytest

from scfin_chain.errors import InvalidInput
from scfin_chain.serving import ServeSettings, load_serving

MAINNET, BESU, ANVIL, ELSEWHERE = 1, 1_337, 31_337, 137


def loaded(tmp_path: Path, *lines: str) -> ServeSettings:
    file = tmp_path / "serve.toml"
    file.write_text("\n".join(lines))
    return load_serving(file)[0]


def depths(serving: ServeSettings, chain_id: int) -> tuple[int, int]:
    return (
        serving.depth("finality_depth", chain_id=chain_id),
        serving.depth("confirmations", chain_id=chain_id),
    )


@pytest.mark.parametrize(("chain_id", "known"), [(MAINNET, (64, 64)), (BESU, (0, 0)), (ANVIL, (64, 0)), (137, (64, 0))])
def test_trusts_a_chain_as_it_is_known_to_need(chain_id: int, known: tuple[int, int]) -> None:
    assert depths(ServeSettings(), chain_id) == known


def test_heeds_the_table_of_a_chain_each_number_for_itself(tmp_path: Path) -> None:
    serving = loaded(tmp_path, "[serve.chains.137]", "finality_depth = 256", "[serve.chains.1]", "confirmations = 3")

    assert depths(serving, ELSEWHERE) == (256, 0)
    assert depths(serving, MAINNET) == (64, 3)
    assert depths(serving, BESU) == (0, 0)


def test_heeds_what_is_said_of_all_chains_but_those_with_a_table(tmp_path: Path) -> None:
    serving = loaded(tmp_path, "[serve]", "finality_depth = 12", "[serve.chains.1337]", "finality_depth = 7")

    assert [depths(serving, chain_id)[0] for chain_id in (MAINNET, BESU, ANVIL, ELSEWHERE)] == [12, 7, 12, 12]


def test_heeds_the_environment_for_all_chains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCFIN_CONFIRMATIONS", "5")

    assert depths(loaded(tmp_path, "[serve.chains.137]", "confirmations = 9"), MAINNET) == (64, 5)


@pytest.mark.parametrize(
    ("lines", "refusal"),
    [
        ("[serve]\nchains = 3", "chains is 3: must be tables of the settings file: [serve.chains.CHAIN_ID]"),
        ("[serve.chains]\n7 = 3", "chains.7 is 3: must be a table"),
        ("[serve.chains.main]", "chains is 'main': must be by chain id, a number from 1 to 9223372036854775807"),
        ("[serve.chains.007]", "chains is '007': must be by chain id"),
        ("[serve.chains.0]", "chains is '0': must be by chain id"),
        (f"[serve.chains.{2**63}]", f"chains is '{2**63}': must be by chain id"),
        ("[serve.chains.7]\nconfirmations = -1", "chains.7.confirmations is -1: must be greater than or equal to 0"),
        (
            "[serve.chains.7]\nfinality_depth = 100001",
            "chains.7.finality_depth is 100001: must be less than or equal to",
        ),
        ("[serve.chains.7]\nfinality = 1", "chains.7.finality is 'set': must be a name of the documented settings"),
    ],
)
def test_refuses_a_table_that_is_none_in_one_line(lines: str, refusal: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refused:
        loaded(tmp_path, lines)

    assert str(refused.value).startswith(refusal)
    assert "\n" not in str(refused.value)


def test_takes_no_table_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCFIN_CHAINS", '{"7": {}}')

    with pytest.raises(InvalidInput, match=r"chains is .*: must be tables of the settings file"):
        load_serving(None)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("SCFIN_SERCET", "SCFIN_SECRET"), ("scfin_prot", "SCFIN_PORT"), ("SCFIN_DATABASE_URL", "SCFIN_DATABASE")],
)
def test_refuses_a_variable_that_is_no_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, nearest: str
) -> None:
    monkeypatch.setenv(name, "hunter2-hunter2-hunter2")

    with pytest.raises(InvalidInput) as refused:
        loaded(tmp_path)

    assert (
        str(refused.value) == f"{name} is 'not shown': must be left out, as it is no setting: the nearest is {nearest}"
    )


@pytest.mark.parametrize("name", ["SCFIN_URL", "SCFIN_DATABASE_PASSWORD", "PATH_OF_SCFIN_"])
def test_leaves_the_variables_of_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "x")

    assert loaded(tmp_path) == ServeSettings()
