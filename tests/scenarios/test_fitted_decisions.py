"""A fitted model of default decides on real invoices, on the ledger.

given a model fitted to the payments of the example file, named in the settings
    requests that the rating table approves should be refused, and others priced anew
    each decision should sign the model's version, and tell what the model said
given another model in the same file: a run should have another hash of its inputs
given none: the decisions, and their hashes, should be as they were before there were fitted models
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from scfin_chain.cli import app
from scfin_chain.config import ScoreSettings, Settings
from scfin_chain.models.default_model import DefaultModel, model_from_json, model_to_json
from scfin_chain.scenarios.invoices import read_invoices
from scfin_chain.service.explanation import explain
from scfin_chain.store.store import Store
from scfin_chain.units import date_of
from tests.scenarios.files import Row, replayed, write

EXAMPLE = Path(__file__).parents[2] / "examples" / "invoices.csv"
INVOICES = 30
BEFORE = "387d4b36be70d3141bd443e2562d4f3d3461b050fa3b82818b4ff265314ecdc4"
"""Model hash of the settings' defaults in the release before."""


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As docs/DEFAULT_MODEL.md fits it."""
    path = tmp_path_factory.mktemp("fitted") / "model.json"
    asked = ["--late-days", "15", "--indicators", "prompt_share", "--cut", "2024-06-13", "--model", str(path)]
    answer = CliRunner().invoke(app, ["default", "fit", "--invoices", str(EXAMPLE), *asked])
    assert answer.exit_code == 0, answer.output
    return path


@pytest.fixture(scope="module")
def model(fitted: Path) -> DefaultModel:
    return model_from_json(fitted.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def runs(
    fitted: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], str]:
    """Decisions by the table, by the model, and one of these explained."""
    file = write(tmp_path_factory.mktemp("invoices") / "first.csv", _first(INVOICES))
    with replayed(file) as run:
        by_table = run.decisions()
    with replayed(file, settings=Settings(score=ScoreSettings(fitted_model=str(fitted)))) as run:
        by_model = run.decisions()
        told = explain(run.laboratory.store, by_model[-1]["financing"])
    return by_table, by_model, told


def test_enters_the_hash_of_a_runs_inputs_by_its_content(fitted: Path, tmp_path: Path) -> None:
    path, chosen, invoices = tmp_path / "model.json", tmp_path / "fitted.toml", tmp_path / "first.csv"
    chosen.write_text(f'[score]\nfitted_model = "{path}"\n', encoding="utf-8")
    write(invoices, _first(1))
    model = model_from_json(fitted.read_text(encoding="utf-8"))
    hashes = []
    for place, years in enumerate((1.0, 1.0, 2.0)):
        path.write_text(model_to_json(replace(model, years=years)), encoding="utf-8")
        database = tmp_path / f"{place}.sqlite"
        asked = ["run", "--invoices", str(invoices), "--settings", str(chosen), "--database", str(database)]
        assert CliRunner().invoke(app, asked).exit_code == 0
        store = Store.existing(database)
        hashes.append(store.run.inputs_hash)
        store.close()
    assert hashes[0] == hashes[1] != hashes[2]


def test_changes_decisions(runs: tuple[list[dict[str, Any]], list[dict[str, Any]], str]) -> None:
    by_table, by_model, _ = runs
    pairs = list(zip(by_table, by_model, strict=True))
    refused = [new for old, new in pairs if (old["verdict"], new["verdict"]) == ("approve", "refuse")]
    still = [(old, new) for old, new in pairs if old["verdict"] == new["verdict"] == "approve"]
    assert refused
    assert {row["reason"] for row in refused} <= {"score", "price", "line"}
    assert still
    assert any(old["signed"]["rate_bps"] != new["signed"]["rate_bps"] for old, new in still)


def test_signs_the_version_and_tells_what_the_model_said(
    runs: tuple[list[dict[str, Any]], list[dict[str, Any]], str], model: DefaultModel
) -> None:
    _, by_model, told = runs
    for row in by_model:
        risk, facts = row["outputs"]["risk"], row["inputs"]
        share = (facts["obligations_prompt"] + 2.72) / (facts["obligations_due"] + 4)
        assert row["models"]["models"]["fitted_default"] == risk["version"] == model.version
        assert risk["probability"] == pytest.approx(model.fit.probability({"prompt_share": share}), rel=1e-9)
    assert f"fitted model {model.version[:12]}" in told
    assert "003, the rating table:" in told


def test_leaves_hashes_as_they_were_given_none(
    runs: tuple[list[dict[str, Any]], list[dict[str, Any]], str],
) -> None:
    by_table, by_model, _ = runs
    assert {row["model_hash"] for row in by_table} == {f"0x{BEFORE}"}
    assert {row["model_hash"] for row in by_model}.isdisjoint({f"0x{BEFORE}"})
    assert all("risk" not in row["outputs"] for row in by_table)


def _first(count: int) -> list[Row]:
    """The example's first invoices, as they stand."""
    return [
        Row(
            customer=invoice.customer,
            number=invoice.number,
            invoiced=date_of(invoice.invoiced),
            due=date_of(invoice.due),
            settled=None if invoice.settled is None else date_of(invoice.settled),
            amount=f"{invoice.amount / 100:.2f}",
            country=invoice.country,
            disputed=invoice.disputed,
        )
        for invoice in read_invoices(EXAMPLE, amount_unit=1, limit=count)
    ]
