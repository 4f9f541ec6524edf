"""Settings: the papers' values, changed table by table in a TOML file.

given no file: the defaults
given a file: what it sets is changed, all else is as it was
given a value out of range, of another type or not a number, or a name that is unknown
    one line names the field, the value and the limit
given a file that is missing, a folder, no TOML or not UTF-8: one line names it
given any text: settings, or one such line, and nothing else
given any settings: rules, or one such line before anything has begun
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from annotated_types import Ge, Gt, Le, Lt
from hypothesis import given, settings
from hypothesis import strategies as st

from scfin_chain.config import Settings, load_settings
from scfin_chain.errors import InvalidInput
from scfin_chain.service.rules import Rules

repeatable = settings(derandomize=True, deadline=None)

FIELDS = {
    f"{table}.{name}": field
    for table in Settings.model_fields
    for name, field in type(getattr(Settings(), table)).model_fields.items()
}
NUMBERS = {name: field for name, field in FIELDS.items() if field.annotation in (int, float)}


def written(folder: Path, text: str) -> Path:
    path = folder / "settings.toml"
    path.write_text(text, encoding="utf-8")
    return path


def one_line(folder: Path, text: str) -> str:
    """What a refused file is told."""
    with pytest.raises(InvalidInput) as refusal:
        load_settings(written(folder, text))
    message = str(refusal.value)
    assert message.isprintable()
    return message


def refusal_of(attempt: Callable[[], object]) -> str:
    """What an attempt is told; nothing if it is not refused."""
    try:
        attempt()
    except InvalidInput as refusal:
        return str(refusal)
    return ""


def limits(name: str) -> dict[type, Any]:
    """The bounds of a number, by kind."""
    bounds = NUMBERS[name].metadata
    kinds = {Ge: "ge", Gt: "gt", Le: "le", Lt: "lt"}
    return {kind: getattr(bound, kinds[kind]) for bound in bounds for kind in kinds if isinstance(bound, kind)}


def assignment(name: str, value: object) -> str:
    table, _, key = name.partition(".")
    spelled = {True: "true", False: "false"}[value] if isinstance(value, bool) else value
    return f"[{table}]\n{key} = {spelled}\n"


def test_are_the_papers_given_no_file() -> None:
    chosen = load_settings(None)
    assert chosen == Settings()
    assert (chosen.pricing.advance_bps, chosen.pricing.declared_firms, chosen.line.confidence) == (8_000, 8, 0.95)
    assert (chosen.ledger.fee_grace_days, chosen.ledger.default_days, chosen.ledger.late_fee_bps) == (5, 30, 1_000)


def test_are_the_papers_given_an_empty_file(tmp_path: Path) -> None:
    assert load_settings(written(tmp_path, "")) == Settings()


def test_change_what_is_set_alone_given_a_file(tmp_path: Path) -> None:
    changed = load_settings(written(tmp_path, "[scenario]\ntiers = 2\n\n[pricing]\nvolatility = 0\n"))
    scenario = Settings().scenario.model_copy(update={"tiers": 2})
    pricing = Settings().pricing.model_copy(update={"volatility": 0.0})
    assert changed == Settings(scenario=scenario, pricing=pricing)
    assert isinstance(changed.pricing.volatility, float)


def test_are_fixed_once_made() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().scenario.tiers = 2


@pytest.mark.parametrize("name", NUMBERS)
class TestGivenANumber:
    def test_takes_its_limits(self, tmp_path: Path, name: str) -> None:
        """The corridor's floor and cap bound one another, so the other one steps aside."""
        aside = {"pricing.cap_bps": "floor_bps = 0", "pricing.floor_bps": "cap_bps = 10000"}.get(name, "")
        table, _, key = name.partition(".")
        for kind, bound in limits(name).items():
            if kind in (Ge, Le):
                chosen = load_settings(written(tmp_path, assignment(name, bound) + aside))
                assert getattr(getattr(chosen, table), key) == bound

    def test_names_it_given_more_or_less_than_its_limits(self, tmp_path: Path, name: str) -> None:
        assert set(limits(name)) & {Ge, Gt}
        assert set(limits(name)) & {Le, Lt}
        step = 1 if NUMBERS[name].annotation is int else 1e-6
        for kind, bound in limits(name).items():
            value = {Ge: bound - step, Gt: bound, Le: bound + step, Lt: bound}[kind]
            side = "greater than" if kind in (Ge, Gt) else "less than"
            also = " or equal to" if kind in (Ge, Le) else ""
            assert one_line(tmp_path, assignment(name, value)) == f"{name} is {value!r}: must be {side}{also} {bound}"

    def test_names_it_given_what_is_no_number(self, tmp_path: Path, name: str) -> None:
        for value in ("nan", "inf", "-inf", '"3"', "true", "[3]", "{ a = 3 }", "2024-01-01", '"a\\nb"'):
            assert one_line(tmp_path, assignment(name, value)).startswith(f"{name} is ")

    def test_names_it_given_a_fraction_of_what_is_counted(self, tmp_path: Path, name: str) -> None:
        if NUMBERS[name].annotation is int:
            assert one_line(tmp_path, assignment(name, 1.5)) == f"{name} is 1.5: must be a valid integer"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[pricing]\ncap_bps = 100\n", "pricing.cap_bps is 100: must be at least floor_bps, 350"),
        ("[pricing]\nfloor_bps = 651\n", "pricing.cap_bps is 650: must be at least floor_bps, 651"),
        ('[pricing]\ncompounding = "daily"\n', "pricing.compounding is 'daily': must be 'one_year' or 'term'"),
        ("[scenario]\ntier = 3\n", "scenario.tier is 'set': must be a name of the documented settings"),
        ("[scenery]\ntiers = 3\n", "scenery is 'set': must be a name of the documented settings"),
        ("tiers = 3\n", "tiers is 'set': must be a name of the documented settings"),
        ("scenario = 3\n", "scenario is 3: must be a table"),
        ("[[scenario]]\ntiers = 3\n", "scenario is [{'tiers': 3}]: must be a table"),
    ],
)
def test_names_field_value_and_limit(tmp_path: Path, text: str, message: str) -> None:
    assert one_line(tmp_path, text) == message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[pricing", r"must be a TOML file \(Expected ']'"),
        (b"tiers = 1\ntiers = 2\n", r"must be a TOML file \(Cannot overwrite a value"),
        (b"tiers = \xff\n", r"must be UTF-8 text \(byte 8 is not\)"),
        (b"\xff\xfe[\0p\0", r"must be UTF-8 text \(byte 0 is not\)"),
        (b"a = " + b"[" * 100_000, "must be a TOML file"),
    ],
    ids=["open table", "twice", "not utf-8", "utf-16", "deep"],
)
def test_names_the_file_given_no_toml(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=f"^--settings is '{path}': {message}"):
        load_settings(path)


def test_names_the_file_given_none(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    with pytest.raises(InvalidInput, match=r"must be a readable file \(No such file"):
        load_settings(path)


def test_names_the_file_given_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="must be a file, not a folder"):
        load_settings(tmp_path)


lines = st.one_of(
    st.sampled_from([f"[{table}]" for table in Settings.model_fields]),
    st.tuples(
        st.sampled_from([name.partition(".")[2] for name in FIELDS]),
        st.integers() | st.floats() | st.booleans() | st.text(alphabet="ab'\"[]{}=\n#", max_size=6),
    ).map(lambda pair: f"{pair[0]} = {str(pair[1]).lower()}"),
    st.text(max_size=12),
)


@repeatable
@given(st.lists(lines, max_size=6).map("\n".join))
def test_are_settings_or_one_line_given_any_text(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_text(text, encoding="utf-8", errors="replace")
    assert "\n" not in refusal_of(lambda: load_settings(path))


def values_of(name: str) -> st.SearchStrategy[Any]:
    bounds = limits(name)
    low, high = bounds.get(Ge, bounds.get(Gt)), bounds.get(Le, bounds.get(Lt))
    if NUMBERS[name].annotation is int:
        return st.integers(low, high)
    return st.floats(low, high, exclude_min=Gt in bounds, exclude_max=Lt in bounds)


@repeatable
@given(st.dictionaries(st.sampled_from(sorted(NUMBERS)), st.none(), max_size=8), st.data())
def test_give_rules_or_one_line_given_any_values(names: dict[str, None], data: st.DataObject) -> None:
    tables: dict[str, dict[str, Any]] = {}
    for name in names:
        table, _, key = name.partition(".")
        tables.setdefault(table, {})[key] = data.draw(values_of(name), label=name)
    chosen = Settings.model_validate(corridor(tables))

    refusal = refusal_of(lambda: Rules.from_settings(chosen))

    assert "\n" not in refusal
    if not refusal:
        rules = Rules.from_settings(chosen)
        assert len(rules.model_hash) == 32
        assert math.isfinite(rules.quantile)


def corridor(tables: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The tables with floor and cap the right way round."""
    pricing = tables.get("pricing", {})
    low, high = sorted((pricing.get("floor_bps", 350), pricing.get("cap_bps", 650)))
    return tables | {"pricing": pricing | {"floor_bps": low, "cap_bps": high}}
