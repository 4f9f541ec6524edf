"""The runnable scenarios, and the interface that they use.

given the interface
    it should cost nothing until a name of it is used
    it should have every name where the type checker looks for it
given a script
    when it is run as it stands     it should print what its title promises
    when it is asked for help       it should say what it is for
    when an option makes no sense   it should end with one line
given a run of the example
    when it is analysed             it should give the figures of its database
    when it is decided off chain    it should decide the same, request by request
"""

import ast
import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

import scfin_chain
from scfin_chain import Day, Replay, Settings, Stage, open_laboratory, read_invoices
from scfin_chain.store.tables import DecisionRow, table_of

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "invoices.csv"
SCENARIOS = ("analyse_run", "decide_off_chain", "late_payer", "price_by_firms", "replay_twice", "split_three_tiers")
ROWS = 25

Run = Callable[..., list[str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a script in this process; gives its lines, the last of them what it ended with if that is not 0."""

    def run(script: str, *arguments: object) -> list[str]:
        monkeypatch.setattr("sys.argv", [f"{script}.py", *map(str, arguments)])
        try:
            runpy.run_path(str(ROOT / "scripts" / f"{script}.py"), run_name="__main__")
        except SystemExit as ended:
            return [*capsys.readouterr().out.splitlines(), *([str(ended.code)] if ended.code else [])]
        return capsys.readouterr().out.splitlines()

    return run


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first rows of the example, replayed on the chain."""
    path = tmp_path_factory.mktemp("run") / "run.sqlite"
    rows = read_invoices(EXAMPLE, amount_unit=1_000, limit=ROWS)
    with open_laboratory(start=Day(min(row.invoiced for row in rows)), database=path) as laboratory:
        Replay(Stage(laboratory), rows, 0).run()
    return path


def test_interface_loads_nothing_until_used() -> None:
    heavy = ("numpy", "eth", "web3", "sqlalchemy", "pydantic")
    program = f"import sys, scfin_chain; sys.exit(any(name in sys.modules for name in {heavy}))"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


def test_interface_has_every_name_where_the_type_checker_looks() -> None:
    tree = ast.parse(Path(scfin_chain.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    imports = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    seen = {alias.name: node.module for node in imports for alias in node.names}
    lazy = {name: f"scfin_chain.{home}" for home, names in scfin_chain._HOMES.items() for name in names}

    assert seen == lazy
    assert sorted(seen) == scfin_chain.__all__
    assert all(getattr(scfin_chain, name) is not None for name in scfin_chain.__all__)
    assert set(scfin_chain.__all__) <= set(dir(scfin_chain))


def test_interface_knows_no_other_name() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        scfin_chain.nonsense  # noqa: B018


@pytest.mark.parametrize("script", SCENARIOS)
def test_says_what_it_is_for(run: Run, script: str) -> None:
    assert run(script, "--help")[0].startswith("usage: ")


def test_splits_a_promise_over_three_tiers(run: Run) -> None:
    lines = run("split_three_tiers")

    assert [line.split()[1:3] for line in lines[:3]] == [["tier", "1"], ["tier", "2"], ["tier", "3"]]
    assert all("from the bank" in line for line in lines[:3])
    assert all(line.startswith("2026-03-26") and line.endswith("from the buyer") for line in lines[3:])
    assert sum(_amounts(lines[3:])) == 12_000_000
    assert sum(_amounts(line for line in lines if "bank  " in line)) == 9_600_000  # 80 % of the face


def test_splits_without_the_bank(run: Run) -> None:
    lines = run("split_three_tiers", "--wait", "--face", 100, "--passed-on", 50, "--days", 10)

    assert {tuple(line.split()[1:4]) for line in lines} == {
        ("tier", "1", "50.00"),
        ("tier", "2", "25.00"),
        ("tier", "3", "25.00"),
    }


def test_tells_the_late_fee_as_the_chain_does(run: Run) -> None:
    *days, last = run("late_payer", "--late", 32, "--part-late", 30)[1:]
    fees = {int(line.split()[0]): line.split()[3:5] for line in days}

    assert fees[5] == ["0.00", "0.00"]  # the last day of grace
    assert fees[6] == ["13.70", "13.70"]  # 50,000 at 10 % for a day, rounded up
    assert fees[31] == ["350.69", "350.69"]  # 25 days of 50,000 are 342.47, and one of 30,000 is 8.22, rounded up
    assert [line.split()[-1] for line in days[30:32]] == ["no", "yes"]  # default is declared after 30 days
    assert last == "The buyer paid 30,358.91 at the end; 0 days on which chain and integers differ."


def test_prices_by_firms_and_rating(run: Run) -> None:
    lines = run("price_by_firms", "--firms", 1, 8)
    prices = {line.split()[0]: line.split()[1:] for line in lines if re.match(r"[AB]+ ", line)}
    price = next(line.split() for line in lines if line.startswith("BBB"))

    assert price[1:] == ["-9.16-", "4.21", "6.12"]
    assert float(prices["AAA"][0]) > float(prices["B"][0])  # the second table: a worse rating gets a smaller line


@pytest.mark.slow
def test_replays_the_example_under_two_settings(run: Run) -> None:
    lines = run("replay_twice", "--limit", 12)
    told = {line[:32].strip(): line[32:].split() for line in lines}

    assert told["pricing.advance_bps"] == ["8000", "10000"]
    assert int(told["financed"][0]) > 0
    advanced = [float(amount.replace(",", "")) for amount in told["advanced"]]
    assert advanced[0] < advanced[1]  # the outright sale brings more cash
    assert told["average price, % a year"][0] < told["average price, % a year"][1]  # and without a haircut costs more
    assert told["conservation"] == ["holds", "holds"]


@pytest.mark.slow
def test_decides_off_chain_what_the_chain_decided(database: Path) -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "decide_off_chain.py"))
    variant = script["Variant"](forget_disputes=False, firms_of_the_bank=False, declare_faces=False)
    rows = read_invoices(EXAMPLE, amount_unit=1_000, limit=ROWS)
    decided = [judgement for _, _, judgement in script["decisions"](rows, script["Book"](Settings(), variant))]
    off_chain = [
        (j.reason, j.supervised, *((j.advance, j.claim, j.rate) if j.approved else (None, None, None))) for j in decided
    ]

    store = scfin_chain.Store.existing(database)
    on_chain = [
        (row["reason"] or 0, judged, row["price"], row["claim"], row["rate_bps"])
        for row, judged in zip(store.derived("financing"), _supervised(store), strict=True)
    ]
    store.close()

    assert on_chain == off_chain
    assert {True, False} == {judgement.approved for judgement in decided}


@pytest.mark.slow
def test_analyses_a_run(run: Run, database: Path) -> None:
    lines = run("analyse_run", database)

    assert lines[0] == "invoices 25, disputed 1; requests 69"
    assert lines[1] == "financed 40.0% of all, 41.7% of the undisputed"
    assert sum(float(line.split()[-3].rstrip("%")) for line in lines if line.startswith("refused for")) == 52.0
    assert "rate 3.58 to 3.64 %" in "".join(lines)
    assert "required 1.28%" in lines[-1]


def test_areas_under_the_curve() -> None:
    auc = runpy.run_path(str(ROOT / "scripts" / "analyse_run.py"))["_auc"]

    assert auc(np.array([2, 3]), np.array([1])) == 1
    assert auc(np.array([1, 3]), np.array([2, 2])) == 0.5
    assert auc(np.array([5, 5, 5]), np.array([5, 5])) == 0.5


@pytest.mark.parametrize(
    ("script", "arguments", "said"),
    [
        ("split_three_tiers", ("--face", 0), "split_three_tiers: ReceivableFaceOutOfRange"),
        ("late_payer", ("--face", 0), "late_payer: ReceivableFaceOutOfRange"),
        ("price_by_firms", ("--advance-rate", 1.2), "price_by_firms: advance_rate is 1.2"),
        ("replay_twice", ("--limit", 0), "replay_twice: --invoices is"),
        ("analyse_run", ("nowhere.sqlite",), "analyse_run: no database at nowhere.sqlite"),
        ("decide_off_chain", ("--invoices", "nowhere.csv"), "decide_off_chain: --invoices is 'nowhere.csv'"),
    ],
)
def test_ends_with_one_line_on_nonsense(run: Run, script: str, arguments: tuple[object, ...], said: str) -> None:
    assert run(script, *arguments)[-1].startswith(said)


def test_refuses_a_setting_that_is_none(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("replay_twice", "--setting", "pricing.nothing") == ["2"]


def test_example_holds_every_kind_of_invoice() -> None:
    rows = read_invoices(EXAMPLE, amount_unit=1)
    last = max(max(row.due, row.settled or row.due) for row in rows)
    unpaid = [row for row in rows if row.settled is None]

    assert len({row.customer for row in rows}) == 5
    assert len({row.country for row in rows}) == 2
    assert sum(row.disputed for row in rows) == 2
    assert sum(row.settled == row.due for row in rows) == 1
    assert sum(row.settled == row.invoiced for row in rows) == 1
    assert sorted(last - row.due > 30 for row in unpaid) == [False, True]  # one open, one in default


def _supervised(store: scfin_chain.Store) -> list[bool]:
    table = table_of(DecisionRow)
    with store.read() as connection:
        return list(connection.execute(select(table.c.supervised).order_by(table.c.financing)).scalars())


def _amounts(lines: object) -> list[int]:
    """Minor units."""
    return [int(re.findall(r"([\d,]+\.\d\d)", line)[0].replace(",", "").replace(".", "")) for line in lines]  # type: ignore[attr-defined]
