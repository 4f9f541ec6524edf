"""The documents, held to the code.

given a document
    it should name no file, link, command, function or module that is not there
given the architecture
    it should meet every module once, and tell of its financing what the chain says
given the settings
    the document, the example file and the code should agree, default by default
given the readme
    its excerpt should be what the demo tells, and its snippet should run
"""

import ast
import re
from collections.abc import Iterator
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path

import pytest
from typer.main import get_command

from scfin_chain import Settings, Stage, artifacts, load_settings, open_laboratory
from scfin_chain.cli import app
from scfin_chain.scenarios.demo import FIRST_DAY, Demo

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "scfin_chain"
TOP = [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")]
DOCUMENTS = [*TOP, *sorted((ROOT / "docs").rglob("*.md"))]
SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py")
MODULES = [path for path in SOURCES if "migrations" not in path.parts]
PLACES = (ROOT, PACKAGE, ROOT / "scripts")
BUILT = (".venv", "node_modules")
FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


@each_document
def test_names_files_that_are_there(document: Path) -> None:
    named = [word for word in _quoted(document) if _is_path(word)]

    assert [word for word in named if not any((place / word).exists() for place in PLACES)] == []


@each_document
def test_links_to_what_is_there(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", document.read_text(encoding="utf-8"))

    assert [link for link in links if "://" not in link and not (document.parent / link).exists()] == []


@each_document
def test_names_dotted_names_that_are_there(document: Path) -> None:
    dotted = [word for word in _quoted(document) if re.fullmatch(r"[A-Za-z_]\w+(\.[A-Za-z_]\w*)+", word)]

    assert [word for word in dotted if not _is_path(word) and not _exists(word)] == []


@each_document
def test_names_what_a_file_defines(document: Path) -> None:
    pairs = re.findall(r"`(\w+)`\s+in\s+`([\w/]+\.py)`", _prose(document))

    assert [(name, path) for name, path in pairs if name not in _defined(path)] == []


@each_document
def test_names_commands_that_are_there(document: Path) -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    text = document.read_text(encoding="utf-8")
    for line in re.findall(r"(?:^|`)scfin (\w+[^`\n#|]*)", text, re.MULTILINE):
        name, *words = line.split()
        command = commands[name]
        while words and words[0] in getattr(command, "commands", ()):
            command = command.commands[words.pop(0)]
        options = {option for parameter in command.params for option in parameter.opts}
        assert [word for word in words if word.startswith("--") and word not in options] == [], line


@each_document
def test_names_targets_of_make_that_are_there(document: Path) -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    named = re.findall(r"(?:^|`)make (\w+)", document.read_text(encoding="utf-8"), re.MULTILINE)

    assert set(named) <= set(targets)


def test_architecture_meets_every_module_once() -> None:
    quoted = list(_quoted(ROOT / "docs" / "ARCHITECTURE.md"))
    counts = {path.relative_to(PACKAGE).as_posix(): 0 for path in MODULES}
    for word in quoted:
        if word in counts:
            counts[word] += 1

    assert {name: count for name, count in counts.items() if count != 1} == {}


def test_architecture_maps_every_package() -> None:
    layers = {path.name.removesuffix(".py") for path in PACKAGE.iterdir() if not path.name.startswith("_")}
    text = (ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    mapped = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"^  (\w+(?: \| \w+)*)  ", text, re.MULTILINE))))

    assert mapped == layers - {"py.typed", "py"}


def test_example_holds_every_setting_with_its_default() -> None:
    example = ROOT / "examples" / "settings.toml"
    keys = re.findall(r"^(\w+) = ", example.read_text(encoding="utf-8"), re.MULTILINE)

    assert repr(load_settings(example)) == repr(Settings())
    assert keys == [name for table in _defaults().values() for name in table]


def test_settings_are_documented_with_their_defaults() -> None:
    text = (ROOT / "docs" / "SETTINGS.md").read_text(encoding="utf-8")
    sections = re.split(r"^## `\[(\w+)\]`.*$", text, flags=re.MULTILINE)[1:]
    documented = {
        table: {row[0]: _value(row[3]) for row in map(_cells, re.findall(r"^\| (`.*) \|$", body, re.MULTILINE))}
        for table, body in zip(sections[::2], sections[1::2], strict=True)
    }

    assert documented == _defaults()


def test_readme_shows_what_the_demo_tells() -> None:
    shown = next(block for block in _blocks("README.md") if "Beacon Castings" in block).splitlines()
    with open_laboratory(start=FIRST_DAY) as laboratory:
        told = list(Demo(Stage(laboratory)).tell())

    assert [line for line in shown if line != "..." and line not in told] == []


@pytest.mark.slow
def test_snippet_of_the_readme_runs_and_architecture_tells_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    exec(_blocks("README.md", language="python")[0], {})
    said = capsys.readouterr().out
    walk = (ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")

    assert "Financing 24, asked on 2024-01-23: approved" in said
    assert "supplier 101/3/1" in said
    for number in ("11,441.60", "9,125.97", "9,153.28", "2,288.32", "74.40", "3.64 %", "12,438.40", "14,269.62"):
        assert number in said
        assert number in walk


def _prose(document: Path) -> str:
    """The text without its blocks of code."""
    return FENCE.sub("", document.read_text(encoding="utf-8"))


def _quoted(document: Path) -> Iterator[str]:
    yield from re.findall(r"`([^`\n]+)`", _prose(document))


def _blocks(name: str, *, language: str = "") -> list[str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def _is_path(word: str) -> bool:
    plain = re.fullmatch(r"[\w.-]+(/[\w.-]+)*/?", word) and not word.startswith(BUILT)
    return bool(plain) and ("/" in word or word.endswith((".py", ".md", ".toml", ".csv", ".sol", ".svg", ".cjs")))


def _exists(dotted: str) -> bool:
    """A module of ours, a function of a contract, or an attribute of a class of ours."""
    if dotted.startswith("scfin_chain"):
        return find_spec(dotted) is not None
    owner, name = dotted.split(".", 1)
    if owner in artifacts.names():
        return any(entry.get("name") == name for entry in artifacts.load(owner).abi)
    return any(name in members for path in MODULES for members in _classes(path).get(owner, ()))


def _classes(path: Path) -> dict[str, list[set[str]]]:
    classes = [node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.ClassDef)]
    return {
        node.name: [{item.name for item in node.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)}]
        for node in classes
    }


def _defined(path: str) -> set[str]:
    """Top-level names of the first file of that path."""
    file = next(place / path for place in PLACES if (place / path).exists())
    names: set[str] = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        match node:
            case ast.FunctionDef() | ast.ClassDef():
                names.add(node.name)
            case ast.Assign():
                names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
    return names


def _defaults() -> dict[str, dict[str, object]]:
    return {table: dict(fields) for table, fields in Settings().model_dump().items()}


def _cells(row: str) -> list[str]:
    cells = [cell.strip() for cell in row.split(" |")]
    return [cells[0].strip("`"), *(cell.removeprefix("| ") for cell in cells[1:])]


def _value(cell: str) -> object:
    """A default as it is written: `"term"`, 10,000/9,016,000, 10^15, 0.2."""
    if cell.startswith("`"):
        return ast.literal_eval(cell.strip("`"))
    plain = cell.replace(",", "")
    if "/" in plain:
        return float(Fraction(plain))
    if "^" in plain:
        base, exponent = map(int, plain.split("^"))
        return base**exponent
    return ast.literal_eval(plain)
