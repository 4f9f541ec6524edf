"""What the commands on models share: parameters from flags or a file, one set or a sweep of them, and rows out.

A parameter is given as ``--set NAME=VALUE``; ``NAME=V1,V2,V3`` and ``NAME=FROM:TO:COUNT`` (both ends included) sweep
it, and several sweeps make their product. A file is TOML (names and values, a list sweeps) or CSV (a header of names, a
set of parameters a row). What is given by flag wins over the file, and the file over the defaults.
"""

import csv
import io
import json
import math
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from pathlib import Path
from textwrap import dedent
from typing import Annotated, Final, Literal

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from scfin_chain.cli.program import output as screen
from scfin_chain.errors import InvalidInput
from scfin_chain.files import LARGEST_DOCUMENT, LARGEST_TABLE, check_distinct, check_target, read_text

Value = float | int | str
"""A parameter: its default says whether it is a number, a whole number or a word."""

ParameterSet = dict[str, Value]
"""A value for each parameter of a model."""

Form = Literal["text", "json", "csv"]
"""How rows are written."""

SETS_LIMIT: Final = 100_000
"""Most parameter sets of one command."""

ParametersOption = Annotated[
    Path | None,
    typer.Option("--parameters", help="TOML file of names and values, or CSV file with a set of parameters a row."),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", help="NAME=VALUE, or a sweep: NAME=V1,V2,V3 or NAME=FROM:TO:COUNT. May be repeated."),
]
FormOption = Annotated[Form, typer.Option("--form", help="How results are written.")]
OutputOption = Annotated[Path | None, typer.Option("--output", help="Write the results to this file.")]
PlotOption = Annotated[Path | None, typer.Option("--plot", help="Draw to this file: .png or .svg.")]


def parameter_sets(
    defaults: Mapping[str, Value], *, file: Path | None = None, given: Sequence[str] | None = ()
) -> list[ParameterSet]:
    """The sets of parameters that a user asked for, in the order of the file and of the flags.

    Raises `InvalidInput`, with name, value and what is allowed, for an unknown name, for what is no number where the
    default is one, for a file that cannot be read (its line is named), and for more than `SETS_LIMIT` sets.
    """
    flags: dict[str, list[Value]] = {}
    for text in given or ():
        name, sign, spelled = text.partition("=")
        if not sign:
            raise InvalidInput("--set", text, "NAME=VALUE")
        _require_known(name, defaults)
        if name in flags:
            raise InvalidInput("--set", text, f"the only one of {name}")
        flags[name] = _sweep(name, spelled, defaults[name])
    read = [{}] if file is None else _read(file, defaults)
    count = sum(math.prod(len(values) for values in (rows | flags).values()) for rows in read)
    if count > SETS_LIMIT:
        raise InvalidInput("sets of parameters", count, f"at most {SETS_LIMIT:,}")
    return [
        {**defaults, **dict(zip(swept, values, strict=True))}
        for rows in read
        for swept in [rows | flags]
        for values in product(*swept.values())
    ]


def check_targets(paths: Mapping[str, Path | None]) -> None:
    """Refuse the files of a command before anything is computed: those that it writes, and two options of one file.

    ``paths`` are by option; those of ``--output`` and ``--plot`` are written, any others read.
    """
    check_distinct(paths)
    for option in ("--output", "--plot"):
        check_target(paths.get(option), field=option)
    plot = paths.get("--plot")
    if plot is not None:
        from scfin_chain.pictures.style import require_format  # matplotlib takes a second to load

        require_format(plot)


def require_left_out(given: Mapping[str, object], limit: str) -> None:
    """Refuse options, by name, that would say nothing beside the others: ``limit`` says why."""
    for option, value in given.items():
        if value is not None:
            raise InvalidInput(option, value if isinstance(value, int | float) else str(value), limit)


def varying(rows: Sequence[Mapping[str, object]]) -> list[str]:
    """Names of whose values the rows hold more than one: what a sweep went over."""
    return [name for name in (rows[0] if rows else ()) if any(row[name] != rows[0][name] for row in rows)]


def show(
    rows: Sequence[Mapping[str, object]],
    *,
    form: Form = "text",
    output: Path | None = None,
    title: str | None = None,
    document: Mapping[str, object] | None = None,
) -> None:
    """Write rows of one header: for people (a row as lines of name and value, more as a table), JSON (a list) or CSV.

    Text rounds to ten digits, JSON and CSV hold every one; the title stands above text alone. A document is
    what JSON holds in place of the list: rows and all that stands beside them.
    """
    writers: dict[Form, Callable[[Sequence[Mapping[str, object]]], str]] = {"text": _text, "json": _json, "csv": _csv}
    written = _json(document) if form == "json" and document is not None else writers[form](rows)
    if form == "text" and title is not None:
        written = f"{title}\n\n{written}"
    if output is None:
        screen.print(written, soft_wrap=True, end="")
        return
    try:
        output.write_text(written, encoding="utf-8", newline="")
    except OSError as error:
        raise InvalidInput("--output", str(output), f"a file that can be written ({error.strerror})") from error


def _require_known(name: str, defaults: Mapping[str, Value], place: str = "") -> None:
    if name not in defaults:
        raise InvalidInput(f"{place}parameter", name, f"one of {', '.join(defaults)}")


def _sweep(name: str, spelled: str, default: Value) -> list[Value]:
    parts = spelled.split(":")
    if isinstance(default, str) or len(parts) == 1:
        return [_value(name, part.strip(), default) for part in spelled.split(",")]
    if len(parts) != 3:
        raise InvalidInput(name, spelled, "FROM:TO:COUNT")
    low, high = (Fraction(repr(float(_value(name, part, 0.0)))) for part in parts[:2])
    count = int(_value(f"count of {name}", parts[2], 0))
    if not 2 <= count <= SETS_LIMIT:
        raise InvalidInput(f"count of {name}", count, f"from 2 to {SETS_LIMIT:,}")
    steps = [low + (high - low) * step / (count - 1) for step in range(count)]
    return [_value(name, str(float(step)) if step.denominator > 1 else str(int(step)), default) for step in steps]


def _value(name: str, given: object, default: Value) -> Value:
    """A given value in the type of its default."""
    if isinstance(default, str):
        if not isinstance(given, str) or not given:
            raise InvalidInput(name, given, "a word")
        return given
    kind, wanted = (int, "a whole number") if isinstance(default, int) else (float, "a finite number")
    if isinstance(given, str | int | float) and not isinstance(given, bool):
        try:
            value = kind(given)
        except (ValueError, OverflowError):
            value = math.nan
        if math.isfinite(value) and (isinstance(given, str) or value == given):
            return value
    raise InvalidInput(name, given, wanted)


def _read(file: Path, defaults: Mapping[str, Value]) -> list[dict[str, list[Value]]]:
    readers = {".toml": _read_toml, ".csv": _read_csv}
    if file.suffix not in readers:
        raise InvalidInput("--parameters", str(file), f"a file that ends in {' or '.join(readers)}")
    most = LARGEST_DOCUMENT if file.suffix == ".toml" else LARGEST_TABLE
    text = read_text(file, field="--parameters", most=most)
    return list(readers[file.suffix](text, file.name, defaults))


def _read_toml(text: str, file: str, defaults: Mapping[str, Value]) -> Iterator[dict[str, list[Value]]]:
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InvalidInput("--parameters", file, f"TOML ({error})") from error
    row: dict[str, list[Value]] = {}
    for name, value in table.items():
        _require_known(name, defaults, f"{file}: ")
        values = value if isinstance(value, list) and value else [value]
        row[name] = [_value(f"{file}: {name}", item, defaults[name]) for item in values]
    yield row


def _read_csv(text: str, file: str, defaults: Mapping[str, Value]) -> Iterator[dict[str, list[Value]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        for name in header:
            _require_known(name, defaults, f"{file}, line 1: ")
        if len(set(header)) < len(header) or not header:
            raise InvalidInput(f"{file}, line 1", ",".join(header), "names of parameters, each once")
        rows = 0
        for cells in reader:
            if not cells:
                continue
            place = f"{file}, line {reader.line_num}"
            if len(cells) != len(header):
                raise InvalidInput(place, ",".join(cells), f"{len(header)} values")
            rows += 1
            yield {
                name: [_value(f"{place}: {name}", cell.strip(), defaults[name])]
                for name, cell in zip(header, cells, strict=True)
            }
    except csv.Error as error:
        raise InvalidInput(f"{file}, line {reader.line_num}", str(error), "a row of CSV") from error
    if not rows:
        raise InvalidInput("--parameters", file, "a file with a row of values")


def _text(rows: Sequence[Mapping[str, object]]) -> str:
    if len(rows) == 1:
        width = max(len(name) for name in rows[0])
        return "".join(f"{name:<{width}}  {_shown(value)}\n" for name, value in rows[0].items())
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in rows[0] if rows else ():
        numbers = all(row[name] is None or isinstance(row[name], int | float) for row in rows)
        table.add_column(name, justify="right" if numbers else "left", no_wrap=True)
    for row in rows:
        table.add_row(*(_shown(value) for value in row.values()))
    page = Console(file=io.StringIO(), width=10_000, color_system=None, markup=False, emoji=False, highlight=False)
    with page.capture() as captured:
        page.print(table)
    return dedent("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines() if line.strip()))


def _shown(value: object) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.10g}"
        case _:
            return str(value)


def _json(told: Sequence[Mapping[str, object]] | Mapping[str, object]) -> str:
    held = dict(told) if isinstance(told, Mapping) else list(map(dict, told))
    try:
        return f"{json.dumps(held, indent=2, ensure_ascii=False, allow_nan=False)}\n"
    except ValueError as error:
        raise InvalidInput(
            "form", "json", "text or csv: a result is no finite number, which JSON cannot hold"
        ) from error


def _csv(rows: Sequence[Mapping[str, object]]) -> str:
    page = io.StringIO(newline="")
    writer = csv.writer(page, lineterminator="\n")
    writer.writerow(rows[0] if rows else ())
    writer.writerows(row.values() for row in rows)
    return page.getvalue()
