"""A fitted model in place of the rating table, as the decision service reads and asks it.

given a file
    it should be read; refused in one line where it is missing, no model, of other indicators or of other days of grace
given a fitted model
    the probability should be that of the facts, the price and the line should follow from it
    one likelier to default than the lowest row should be refused for its score
    its version should enter the model hash, and without one the hash should be as it was
"""

from dataclasses import replace
from pathlib import Path

import pytest

from scfin_chain.config import ScoreSettings, Settings
from scfin_chain.errors import InvalidInput
from scfin_chain.models import default_probability_over, probability_from_log_odds
from scfin_chain.models.default_model import DefaultFit, DefaultModel, DefaultProxy, Estimator, model_to_json
from scfin_chain.service.decision import decision_from
from scfin_chain.service.policy import Reason, decide
from scfin_chain.service.rules import Rules
from tests.fakes.facts import good_facts

MODEL = DefaultModel(
    fit=DefaultFit(
        estimator=Estimator.LOGIT,
        indicators=("prompt_share", "experience"),
        intercept=0.5,
        coefficients=(-4.0, -0.3),
        standard_errors=None,
        p_values=None,
        observations=500,
        log_likelihood=-90.0,
    ),
    loss_given_default=0.5,
    proxy=DefaultProxy(late_days=10),
)


def rules_of(folder: Path, model: DefaultModel = MODEL) -> Rules:
    path = folder / "model.json"
    path.write_text(model_to_json(model), encoding="utf-8")
    return Rules.from_settings(Settings(score=ScoreSettings(fitted_model=str(path))))


def refusal_of(path: str, score_days: int = 5) -> str:
    with pytest.raises(InvalidInput) as refusal:
        Rules.from_settings(Settings(score=ScoreSettings(fitted_model=path, grace_days=score_days)))
    message = str(refusal.value)
    assert message.isprintable()
    assert message.startswith(f"score.fitted_model is {path!r}: must be ")
    return message


class TestGivenAFile:
    def test_reads_the_model(self, tmp_path: Path) -> None:
        assert rules_of(tmp_path).model == MODEL

    @pytest.mark.parametrize("path", ["nowhere/model.json", ".", "a\0b"])
    def test_refuses_what_is_no_file(self, path: str) -> None:
        assert "file" in refusal_of(path)

    @pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b"[1]", b"[" * 100_000, b'{"kind": 1e999}'])
    def test_refuses_what_is_no_model(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "model.json"
        path.write_bytes(content)
        refusal_of(str(path))

    def test_refuses_one_that_was_edited(self, tmp_path: Path) -> None:
        path = tmp_path / "model.json"
        path.write_text(model_to_json(MODEL).replace("-4.0", "-4.5"), encoding="utf-8")
        assert "version" in refusal_of(str(path))

    def test_refuses_an_indicator_that_no_facts_give(self, tmp_path: Path) -> None:
        path = tmp_path / "model.json"
        other = replace(MODEL, fit=replace(MODEL.fit, indicators=("prompt_share", "leverage")))
        path.write_text(model_to_json(other), encoding="utf-8")
        assert "'leverage'" in refusal_of(str(path))

    def test_refuses_other_days_of_grace(self, tmp_path: Path) -> None:
        path = tmp_path / "model.json"
        path.write_text(model_to_json(MODEL), encoding="utf-8")
        assert "score.grace_days, 6, not 5" in refusal_of(str(path), score_days=6)


class TestGivenAFittedModel:
    def test_asks_it_about_the_facts(self, tmp_path: Path) -> None:
        """12 of 12 prompt: share 14.72/16 = 0.92, experience ln 13."""
        judgement = decide(good_facts(), rules_of(tmp_path))
        expected = probability_from_log_odds(0.5 - 4.0 * 0.92 - 0.3 * 2.5649493574615367)
        assert judgement.risk is not None
        assert judgement.risk.probability == pytest.approx(expected, rel=1e-14)
        assert judgement.one_year_default == pytest.approx(expected, rel=1e-12)
        assert judgement.band is not None
        assert judgement.band.loss_given_default == 0.5
        assert judgement.band.default_probability == pytest.approx(1.0 - (1.0 - expected) ** 2, rel=1e-12)
        assert default_probability_over(judgement.band, years=1) == judgement.one_year_default
        assert judgement.to_json()["risk"] is not None

    def test_changes_price_and_line(self, tmp_path: Path) -> None:
        by_table, by_model = (
            decide(good_facts(), Rules.from_settings(Settings())),
            decide(good_facts(), rules_of(tmp_path)),
        )
        assert by_table.price is not None
        assert by_model.price is not None
        assert by_model.price.rate > by_table.price.rate
        assert by_table.line is not None
        assert by_model.line is not None
        assert by_model.line.cap < by_table.line.cap

    def test_refuses_for_the_score_given_a_likelier_default_than_the_lowest_row(self, tmp_path: Path) -> None:
        facts = good_facts(obligations_due=4, obligations_prompt=0, obligations_paid=4, late_days=80)
        judgement = decide(facts, rules_of(tmp_path))
        assert judgement.band is None
        assert judgement.binding == (Reason.SCORE,)

    def test_signs_its_version(self, tmp_path: Path) -> None:
        rules = rules_of(tmp_path)
        other = rules_of(tmp_path, replace(MODEL, loss_given_default=0.51))
        models = rules.to_json()["models"]
        assert isinstance(models, dict)
        assert models["fitted_default"] == MODEL.version
        assert len({rules.model_hash, other.model_hash, Rules.from_settings(Settings()).model_hash}) == 3
        facts = good_facts()
        assert decision_from(decide(facts, rules), facts, rules).model_hash == rules.model_hash

    def test_leaves_no_trace_given_none(self) -> None:
        """The hash of the release before there were fitted models."""
        rules = Rules.from_settings(Settings())
        assert rules.model_hash.hex().startswith("387d4b36be70d3")
        assert "risk" not in decide(good_facts(), rules).to_json()
