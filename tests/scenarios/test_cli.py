"""The command line.

given a good file
    when it is run          it should end with 0, write the results, and keep the run where a database is named
    when it is run twice    it should give the same digest, and compare should show the two alike
    when it is only checked it should say what is in it and write nothing
given anything bad
    it should say so in one line (bad rows: one line each), end with 2 or 1, and write nothing
"""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from scfin_chain import cli
from scfin_chain.chain.backends.rpc import RpcGateway
from tests.chain.unreliable import unreliable

HEADER = "countryCode,customerID,invoiceNumber,InvoiceDate,DueDate,InvoiceAmount,Disputed,SettledDate"
ROWS = (
    "391,C-1,INV-1,1/2/2026,2/1/2026,60.00,No,1/20/2026",
    "391,C-1,INV-2,1/22/2026,2/21/2026,50.00,No,2/21/2026",
    "391,C-1,INV-3,2/24/2026,3/26/2026,55.10,No,4/5/2026",
    "391,C-2,INV-4,1/5/2026,2/4/2026,40.00,Yes,2/10/2026",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


Scfin = Callable[..., Ended]


@pytest.fixture
def scfin(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Scfin:
    """Runs the command in this process, as the console script does."""

    def run(*arguments: object) -> Ended:
        monkeypatch.setattr("sys.argv", ["scfin", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return Ended(code=int(ended.value.code or 0), out=said.out, err=said.err)

    return run


@pytest.fixture
def invoices(tmp_path: Path) -> Path:
    """A good file of four invoices."""
    return write(tmp_path / "invoices.csv", HEADER, *ROWS)


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@contextmanager
def speaking(answer: str) -> Iterator[str]:
    """A server that gives the same answer to whatever it is asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def asked(database: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(query).fetchall()


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


# given a good file


def test_run_writes_results_and_keeps_the_run(scfin: Scfin, invoices: Path, tmp_path: Path):
    database, results = tmp_path / "run.sqlite", tmp_path / "results.json"

    ended = scfin("run", "--invoices", invoices, "--no-progress", "--database", database, "--json", results)

    assert (ended.code, ended.err) == (0, "")
    assert "conservation" in ended.out
    assert "holds" in ended.out
    written = json.loads(results.read_text())
    assert written["invoices"] == {
        "total": 4,
        "settled_early": 1,
        "settled_on_time": 1,
        "settled_late": 1,
        "disputed": 1,
        "defaulted": 0,
        "open": 0,
    }
    assert written["financings"]["total"] == 9
    assert sum(written["refusals_by_reason"].values()) == written["financings"]["refused"]
    kept = written["conservation"]
    assert kept["ok"] is True
    assert (kept["cash_difference"], kept["outstanding_credit"], kept["projection_differences"]) == (0, 0, 0)
    assert written["prices_by_tier"].keys() <= {"1", "2", "3", "all"}
    assert written["transactions"] > 0
    assert written["gas_used"] > 0
    assert written["seconds"] > 0
    assert asked(database, "select finished from run") == [(1,)]


def test_run_twice_gives_one_digest_and_compare_shows_it(scfin: Scfin, invoices: Path, tmp_path: Path):
    first, second = tmp_path / "a.json", tmp_path / "b.json"
    for results in (first, second):
        assert scfin("run", "--invoices", invoices, "--seed", "3", "--no-progress", "--json", results).code == 0

    assert json.loads(first.read_text())["digest"] == json.loads(second.read_text())["digest"]
    compared = scfin("compare", first, second)
    assert compared.code == 0
    assert "a.json" in compared.out
    assert "differs" not in compared.out


def test_a_limit_takes_the_first_rows(scfin: Scfin, invoices: Path, tmp_path: Path):
    results = tmp_path / "results.json"
    assert scfin("run", "--invoices", invoices, "--limit", "2", "--no-progress", "--json", results).code == 0
    assert json.loads(results.read_text())["invoices"]["total"] == 2


def test_check_says_what_is_in_the_file_and_writes_nothing(scfin: Scfin, invoices: Path, tmp_path: Path):
    before = files(tmp_path)
    ended = scfin("run", "--invoices", invoices, "--check", "--database", tmp_path / "x.sqlite")
    assert (ended.code, ended.err) == (0, "")
    assert "4 invoices of 2 customers to 1 branches" in ended.out
    assert "1 disputed, 0 unpaid" in ended.out
    assert files(tmp_path) == before


def test_journal_prints_the_lines_under_the_digest(scfin: Scfin, invoices: Path, tmp_path: Path):
    database, results = tmp_path / "run.sqlite", tmp_path / "results.json"
    scfin("run", "--invoices", invoices, "--no-progress", "--database", database, "--json", results)

    printed = scfin("journal", "--database", database).out

    assert hashlib.sha256(printed.encode()).hexdigest() == json.loads(results.read_text())["digest"]


def test_explain_tells_a_refusal_and_an_approval(scfin: Scfin, invoices: Path, tmp_path: Path):
    database = tmp_path / "run.sqlite"
    scfin("run", "--invoices", invoices, "--no-progress", "--database", database)
    verdicts = dict(asked(database, "select verdict, max(financing) from decision group by 1"))

    refused = scfin("explain", verdicts["refuse"], "--database", database).out
    approved = scfin("explain", verdicts["approve"], "--database", database).out

    assert "refused: line" in refused
    assert "advance " in approved
    for text in (refused, approved):
        assert "uniform law" in text
        assert "conventional quote: 7.72 %" in text
        assert "price without floor" in text
    hashes = asked(database, f"select model_hash, inputs_hash from decision where financing = {verdicts['approve']}")
    assert all(line in approved for line in hashes[0])


def test_a_byte_order_mark_is_accepted(scfin: Scfin, tmp_path: Path):
    path = tmp_path / "bom.csv"
    path.write_bytes(b"\xef\xbb\xbf" + "\n".join((HEADER, *ROWS)).encode())
    assert scfin("run", "--invoices", path, "--check").code == 0


def test_the_version_is_printed(scfin: Scfin):
    assert scfin("--version").out.strip() == "0.1.0"


@pytest.mark.parametrize("command", ["demo", "run", "compare", "explain", "journal", "listen"])
def test_help_of_each_command_has_an_example(scfin: Scfin, command: str):
    ended = scfin(command, "--help")
    assert ended.code == 0
    assert f"Example: scfin {command}" in ended.out


# given anything bad


def bad_files(folder: Path) -> dict[str, tuple[Path, str]]:
    """Name -> the file, and what the line must say."""
    (folder / "folder").mkdir()
    (folder / "latin.csv").write_bytes(HEADER.encode() + b"\n391,M\xfcller,1,1/2/2026,2/1/2026,1.00,No,\n")
    return {
        "missing": (folder / "missing.csv", "No such file"),
        "folder": (folder / "folder", "not a folder"),
        "empty": (write(folder / "empty.csv", ""), "not empty"),
        "header only": (write(folder / "header.csv", HEADER), "at least one invoice"),
        "missing column": (write(folder / "column.csv", HEADER.replace(",DueDate", "")), "columns DueDate"),
        "semicolons": (write(folder / "semicolon.csv", HEADER.replace(",", ";")), "not by ';'"),
        "not UTF-8": (folder / "latin.csv", "UTF-8"),
    }


@pytest.mark.parametrize(
    "name", ["missing", "folder", "empty", "header only", "missing column", "semicolons", "not UTF-8"]
)
def test_refuses_a_bad_file_in_one_line(scfin: Scfin, tmp_path: Path, name: str):
    path, what = bad_files(tmp_path)[name]
    before = files(tmp_path)
    database = tmp_path / "run.sqlite"

    ended = scfin("run", "--invoices", path, "--database", database, "--json", tmp_path / "out.json")

    assert_one_line(ended, "--invoices is", what)
    assert files(tmp_path) == before


def test_reports_every_bad_row_by_its_line(scfin: Scfin, tmp_path: Path):
    path = write(
        tmp_path / "rows.csv",
        HEADER,
        ROWS[0],
        "391,C-1,INV-1,1/2/2026,2/1/2026,60.00,No,1/20/2026",
        "391,C-1,INV-5,1/2/2026,2/1/2026,-1.00,No,",
        "391,C-1,INV-6,1/2/2026,2/1/2026,1.001,No,",
        "391,C-1,INV-7,13/2/2026,2/1/2026,1.00,No,",
        "391,C-1,INV-8,1/2/2026,1/1/2026,1.00,No,",
    )
    before = files(tmp_path)

    ended = scfin("run", "--invoices", path, "--database", tmp_path / "run.sqlite")

    assert ended.code == 2
    first, *lines = ended.err.splitlines()
    assert "5 bad rows" in first
    assert [line.split(":")[0] for line in lines] == [f"line {number}" for number in range(3, 8)]
    assert [line.split()[2] for line in lines] == [
        "invoiceNumber",
        "InvoiceAmount",
        "InvoiceAmount",
        "InvoiceDate",
        "DueDate",
    ]
    assert files(tmp_path) == before


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--chain", "besu"], "--chain is 'besu': must be one of eth-tester, rpc"),
        (["--chain", "rpc", "--rpc-url", "http://127.0.0.1:9"], "no node answers at http://127.0.0.1:9"),
        (["--chain", "rpc", "--rpc-url", "nonsense"], "nonsense"),
        (["--limit", "0"], "--limit is 0: must be at least 1"),
        (["--seed", "-1"], "--seed is -1: must be from 0 to 2^63 - 1"),
        (["--seed", str(2**256)], "must be from 0 to 2^63 - 1"),
        (["--json", "run.sqlite"], "--json is 'run.sqlite': must be another file than that of --database"),
        (["--json", "invoices.csv"], "--json is 'invoices.csv': must be another file than that of --invoices"),
        (["--settings", "invoices.csv"], "--settings is 'invoices.csv': must be another file than that of --invoices"),
        (
            ["--chain", "rpc", "--rpc-url", "http://user:secret@127.0.0.1:9/key"],
            "no node answers at http://127.0.0.1:9",
        ),
        (["--settings", "nowhere.toml"], "--settings is 'nowhere.toml'"),
        (["--json", "nowhere/out.json"], "--json is 'nowhere/out.json'"),
        (["--database", "nowhere/run.sqlite"], "there is no folder nowhere"),
    ],
)
def test_refuses_a_bad_option_in_one_line(
    scfin: Scfin, invoices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], what: str
):
    monkeypatch.chdir(tmp_path)
    before = files(tmp_path)
    database = [] if "--database" in arguments else ["--database", "run.sqlite"]

    ended = scfin("run", "--invoices", invoices, "--no-progress", *arguments, *database)

    assert_one_line(ended, what)
    assert files(tmp_path) == before


@pytest.mark.parametrize(
    ("toml", "what"),
    [
        ("[pricing]\ncap_bps = 100\n", "cap_bps"),
        ("[scenario]\npassed_on_bps = 10000\n", "scenario.passed_on_bps is 10000"),
        ("[scenario]\nwhatever = 1\n", "scenario.whatever"),
        ("[pricing\n", "a TOML file"),
        (f"[scenario]\namount_unit = {'9' * 5_000}\n", "a TOML file"),
        ("[pricing]\ntransfer_price = 1.0\n", "rate is 1.0"),
    ],
)
def test_refuses_bad_settings_in_one_line(scfin: Scfin, invoices: Path, tmp_path: Path, toml: str, what: str):
    settings = write(tmp_path / "settings.toml", toml)
    ended = scfin("run", "--invoices", invoices, "--settings", settings, "--database", tmp_path / "run.sqlite")
    assert_one_line(ended, what)
    assert not (tmp_path / "run.sqlite").exists()


def test_refuses_amounts_that_no_wallet_holds_together(scfin: Scfin, tmp_path: Path):
    rows = [f"391,C-1,N-{number},1/2/2026,2/1/2026,9999999999999,Yes," for number in range(3)]
    path = write(tmp_path / "huge.csv", HEADER, *rows)
    assert_one_line(scfin("run", "--invoices", path, "--check"), "InvoiceAmount is", "in all")


@pytest.mark.parametrize("answer", ['{"error": "no"}', '{"result": 5}', "null", '"zz"', '{"result": "0xzz"}', "<html>"])
def test_refuses_a_node_that_speaks_something_else(scfin: Scfin, invoices: Path, tmp_path: Path, answer: str):
    with speaking(answer) as url:
        for command in (("run", "--invoices", invoices, "--chain", "rpc"), ("listen", "--once")):
            assert_one_line(scfin(*command, "--rpc-url", url, "--database", tmp_path / "x"))
    assert not (tmp_path / "x").exists()


def test_names_with_brackets_are_shown_as_they_are(scfin: Scfin, tmp_path: Path):
    database = tmp_path / "run.sqlite"
    path = write(tmp_path / "names.csv", HEADER, "391,[/x][red]C-1,INV-1,1/2/2026,2/1/2026,60.00,No,1/20/2026")
    assert scfin("run", "--invoices", path, "--no-progress", "--database", database).code == 0
    assert "customer [/x][red]C-1" in scfin("explain", 1, "--database", database).out


def test_an_unfinished_run_is_called_so(scfin: Scfin, invoices: Path, tmp_path: Path):
    database = tmp_path / "run.sqlite"
    scfin("run", "--invoices", invoices, "--limit", "1", "--no-progress", "--database", database)
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("update run set finished = 0")
        connection.commit()
    ended = scfin("run", "--invoices", invoices, "--no-progress", "--database", database)
    assert_one_line(ended, "already holds an unfinished run")


def test_refuses_a_node_that_has_blocks(scfin: Scfin, invoices: Path, tmp_path: Path, anvil_url: str):
    RpcGateway(anvil_url).mine(3)
    ended = scfin("run", "--invoices", invoices, "--chain", "rpc", "--rpc-url", anvil_url, "--database", tmp_path / "x")
    assert_one_line(ended, f"node at {anvil_url} is at block 3: a run needs one at block 0")
    assert not (tmp_path / "x").exists()


def test_refuses_a_node_that_cannot_set_its_time(scfin: Scfin, invoices: Path, tmp_path: Path, anvil_url: str):
    with unreliable(anvil_url, missing=("evm_setNextBlockTimestamp", "evm_mine")) as node:
        ended = scfin(
            "run", "--invoices", invoices, "--chain", "rpc", "--rpc-url", node.url, "--database", tmp_path / "x"
        )
    assert_one_line(ended, "cannot set its time")
    assert not (tmp_path / "x").exists()


def test_refuses_to_listen_where_no_ledger_is(scfin: Scfin, tmp_path: Path, anvil_url: str):
    ended = scfin("listen", "--rpc-url", anvil_url, "--database", tmp_path / "x", "--once")
    assert_one_line(ended, "has no ledger")
    assert not (tmp_path / "x").exists()


def test_refuses_a_database_that_holds_another_run(scfin: Scfin, invoices: Path, tmp_path: Path):
    database = tmp_path / "run.sqlite"
    scfin("run", "--invoices", invoices, "--limit", "1", "--no-progress", "--database", database)
    content = asked(database, "select count(*), max(line) from journal")

    ended = scfin("run", "--invoices", invoices, "--no-progress", "--database", database)

    assert_one_line(ended, f"database {database} already holds a run")
    assert asked(database, "select count(*), max(line) from journal") == content


def test_refuses_a_database_that_is_none(scfin: Scfin, invoices: Path, tmp_path: Path):
    text = write(tmp_path / "text.sqlite", "this is no database, but it is long enough to be taken for one" * 20)
    before = text.read_bytes()
    assert_one_line(scfin("run", "--invoices", invoices, "--database", text), f"database {text}")
    assert text.read_bytes() == before


def test_refuses_to_explain_what_was_never_decided(scfin: Scfin, invoices: Path, tmp_path: Path):
    database = tmp_path / "run.sqlite"
    scfin("run", "--invoices", invoices, "--no-progress", "--database", database)
    assert_one_line(
        scfin("explain", 99, "--database", database), "FINANCING is 99: must be a decided financing, 1 to 9"
    )
    assert_one_line(scfin("explain", 10**30, "--database", database), "must be a decided financing")
    assert_one_line(scfin("explain", 1, "--database", tmp_path / "none.sqlite"), "no database at")


def test_refuses_to_compare_what_are_no_results(scfin: Scfin, tmp_path: Path, invoices: Path):
    assert_one_line(scfin("compare", invoices, invoices), "a JSON file written by --json")
    assert_one_line(scfin("compare", tmp_path / "none.json", invoices), "a readable file")
    deep = write(tmp_path / "deep.json", '{"digest":' + "[" * 100_000 + "]" * 100_000 + "}")
    assert_one_line(scfin("compare", deep, deep), "a JSON file written by --json")


def assert_one_line(ended: Ended, *parts: str) -> None:
    assert ended.code in (1, 2)
    assert ended.err.startswith("scfin: ")
    assert ended.err.count("\n") == 1, ended.err
    assert all(part in ended.err for part in parts), ended.err
    assert ended.out == ""
