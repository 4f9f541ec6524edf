"""The published models over HTTP.

given any role
    the list names every model with its parameters, units, domains and sources
    each model computes the paper's numbers from its defaults, and the library's from other arguments
given arguments outside a model's domain: a problem names argument, value and domain
given arguments of another type, unknown or not finite: a problem
given any arguments at all: finite numbers, or a problem; never a failure
"""

import json
from importlib import import_module
from inspect import getdoc
from math import exp
from statistics import NormalDist
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.calculations import REGISTRY
from api.calculations.docs import Unloaded
from api.problems import Problem
from scfin_chain.errors import ModelDomainError
from scfin_chain.models import PRINTED_GAME
from scfin_chain.models.default_model import DefaultFit, DefaultModel, DefaultProxy, Estimator, model_to_json
from tests.api.client import Client
from tests.api.world import World

ROLES = ("registrar", "regulator", "bank", "supplier", "carrier", "core_enterprise", "central_bank")

PRINTED = {
    "relationship_price": {"rate": 0.039498064, "firms_at_zero": 2.60674, "option_value": 2_616_249.95},
    "price_tornado": {},
    "break_even_price": {"rate": 0.039498, "limit": 0.058589, "firms_at_zero": 2.60674, "quoted_bps": 395},
    "programme_price": {"rate": 0.042080406, "quoted": 421, "critical_ratio": 0.011972879},
    "excess_profit_option": {"value": 2_616_249.95, "strike": 9_376_640.0},
    "option_greeks": {"delta": 0.994879, "vega": 235_401.07, "delta_with_strike": 0.232143},
    "conventional_quote": {"rate": 0.0772},
    "financing_costs": {"capital_cost": 820_456.0, "default_loss": 144_436.32, "required_return": 115_404.8},
    "side_income": {"deposit_income": 71_168.2468, "service_income": 55_480.0},
    "collateral_volatility": {"volatility": 0.07433},
    "payment_rating": {"score": 68.0},
    "score_rating": {"default_probability": 0.0445, "default_probability_over": 0.022503197},
    "guarantee": {"guarantee": 13_514_377.0, "certain_volume": 46_601.3},
    "credit_line": {"line": 36_412, "profit": 91, "zero_at": 72_824},
    "expected_profit": {"profit": 91},
    "predictive_line": {"optimal_line": 36_412},
    "repayment_law": {"exponent": 1.0},
    "pair_line": {"guarantee": 492.082396, "line": 29.9516},
    "bond_default_probability": {"default_probability": 0.015350230867, "log_odds": -4.1611555},
    "best_rate": {"rate": 0.17589254},
    "line_elasticities": {},
    "law_line": {"line": 36_412, "profit": 91},
    "line_scenarios": {},
    "line_profits": {},
    "default_predict": {},
    "default_fit": {"residual_freedom": 1},
    "game_payoffs": {"a": -140.0, "b": -350.0, "c": -130.0, "d": -200.0},
    "game_equilibria": {"x": 0.4, "y": 0.65},
    "game_basins": {},
    "game_slopes": {"credit_cost": 0.0025, "loan_rate": 1.714285714},
    "supervision": {"belief": 0.65},
    "game_path": {},
    "game_orbit": {"x_low": 0.260318, "x_high": 0.551677, "period": 0.1052317},
    "game_border": {},
    "game_sweep": {},
    "three_party_rest_points": {},
    "finite_change": {},
    "unit_root": {"tau": -0.7141377084, "lags": 0, "observations": 15},
    "granger": {"statistic": 280.6363239633, "degrees": 12, "rss_unrestricted": 0.1695139817},
    "lag_orders": {"observations": 14, "aic": 2, "bic": 2, "hq": 2},
    "autoregression": {"observations": 15},
    "impulse_responses": {},
}


@pytest.fixture
def supplier(world: World) -> Client:
    return world.a.supplier


class TestList:
    @pytest.mark.parametrize("role", ROLES)
    def test_it_should_name_every_model(self, world: World, role: str) -> None:
        listed = world.clients[role][0].told("/v1/models")["items"]
        assert [model["name"] for model in listed] == list(REGISTRY) == list(PRINTED)

    def test_it_should_tell_units_domains_and_sources(self, supplier: Client) -> None:
        models = {model["name"]: model for model in supplier.told("/v1/models")["items"]}
        assert all(model["sources"] and model["summary"] and model["parameters"] for model in models.values())
        assert all(each["description"] for model in models.values() for each in model["parameters"])
        rate = next(each for each in models["excess_profit_option"]["parameters"] if each["name"] == "risk_free")
        assert (rate["unit"], rate["domain"], rate["default"]) == ("fraction a year", "(-1, 1]", 0.04)
        ceiling = next(each for each in models["best_rate"]["parameters"] if each["name"] == "ceiling")
        assert (ceiling["unit"], ceiling["domain"], ceiling["default"]) == ("fraction a period", "(c, 1]", None)
        assert "Cheng, Li" in models["break_even_price"]["sources"][0]
        declared = next(each for each in models["pair_line"]["parameters"] if each["name"] == "declared")
        assert declared["required"]

    def test_it_should_describe_the_inputs_to_clients_that_are_generated(self, supplier: Client) -> None:
        schema = supplier.told("/openapi.json")
        inputs = schema["components"]["schemas"]["GameInputs"]["properties"]
        assert inputs["fraud_share"]["description"] == "k in [0, 1], the firm's part of a forged loan."
        assert schema["paths"]["/v1/models/supervision"]["post"]["operationId"] == "compute_supervision"


class TestCompute:
    @pytest.mark.parametrize("name", PRINTED)
    def test_it_should_give_the_papers_numbers(self, supplier: Client, name: str) -> None:
        found = supplier.request("POST", f"/v1/models/{name}", json=REGISTRY[name].example)
        assert found.status_code == 200, found.text
        numbers = {field: found.json()[field] for field in PRINTED[name]}
        assert numbers == pytest.approx(PRINTED[name], rel=1e-5, abs=0.5 if name.endswith(("line", "profit")) else 0)

    def test_it_should_need_no_idempotency_key_and_write_nothing(self, world: World, supplier: Client) -> None:
        before = world.registrar.all("/v1/events", limit=500)
        assert supplier.request("POST", "/v1/models/supervision", json={"repaid": 1, "due": 1}).json()["verdict"] == (
            "supervise"
        )
        assert world.registrar.all("/v1/events", limit=500) == before

    def test_it_should_find_the_basins_of_a_bistable_game(self, supplier: Client) -> None:
        bistable = {"fraud_share": 0.8, "incentive": 300}
        assert _computed(supplier, "game_basins", bistable)["s1"] == pytest.approx(0.425)
        exact = _computed(supplier, "game_basins", bistable | {"exact": True})
        assert (exact["s1"], exact["s1_corner"], exact["exact"]) == (pytest.approx(0.37016531), [1, 1], True)
        assert _computed(supplier, "game_basins", {}) == {
            "s1": None, "s2": None, "s1_corner": None, "s2_corner": None, "exact": False
        }  # fmt: skip

    def test_it_should_tell_what_moves_a_price_the_widest_first(self, supplier: Client) -> None:
        moved = _computed(supplier, "price_tornado", {"firms": 3})["sensitivities"]
        assert [one["name"] for one in moved][:2] == ["advance_rate", "firms"]
        assert [(one["low"], one["high"]) for one in moved if one["name"] == "firms"] == [(2, 4)]
        assert [abs(one["swing"]) for one in moved] == sorted((abs(one["swing"]) for one in moved), reverse=True)

    def test_it_should_show_that_a_tenfold_operating_cost_gives_the_printed_price(self, supplier: Client) -> None:
        tenfold = {"investigation_cost": 100_000, "selling_cost": 400_000}
        assert _computed(supplier, "relationship_price", tenfold)["rate"] == pytest.approx(0.0658, abs=5e-5)

    def test_it_should_name_a_best_rate_only_where_one_is(self, supplier: Client) -> None:
        answer = supplier.request("POST", "/v1/models/best_rate", json={"slope": 0})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "ceiling")
        assert _computed(supplier, "best_rate", {"slope": 0, "ceiling": 0.12})["at_ceiling"]

    def test_it_should_give_an_elasticity_of_line_and_profit_for_each_input(self, supplier: Client) -> None:
        found = _computed(supplier, "line_elasticities", {})
        assert found["guarantee"] == {"line": 1, "profit": 1}
        assert found["default_probability"]["line"] == pytest.approx(-0.734364, abs=1e-6)

    def test_it_should_give_the_papers_line_by_its_law_and_a_larger_one_where_repayments_cluster(
        self, supplier: Client
    ) -> None:
        at_ten = {"rate": 0.1, "default_probability": 0.42341969}
        lines = [
            _computed(supplier, "law_line", at_ten | {"law": law})["line"]
            for law in (
                {"family": "uniform"},
                {"family": "beta", "a": 1, "b": 1},
                {"family": "beta", "a": 8, "b": 2},
                {"family": "truncated_normal", "mean": 0.8, "deviation": 0.1},
                {"family": "triangular", "mode": 0},
            )
        ]
        assert lines[:3] == pytest.approx([247_931, 247_931, 4_171_363], abs=1)
        cap, odds = _computed(supplier, "credit_line", at_ten)["cap"], 0.035 / 1.1
        assert lines[4] == pytest.approx(cap * (1 - (1 - odds) ** 0.5))  # of which F(s) = 1 - (1 - s)^2
        normal = NormalDist(0.8, 0.1)
        assert lines[3] == pytest.approx(cap * normal.inv_cdf(normal.cdf(0) + odds * (normal.cdf(1) - normal.cdf(0))))
        told = supplier.request("POST", "/v1/models/law_line", json={"law": {"family": "beta", "a": 1, "b": 0}})
        assert (told.status_code, told.json()["errors"][0]["field"]) == (422, "body.law.beta.b")

    def test_it_should_print_tables_8_and_9(self, supplier: Client) -> None:
        [row] = _computed(supplier, "line_scenarios", {"rates": [0.1]})["rows"]
        found = [row[name]["line"] for name in ("basic", "more_volume", "safer")]
        assert found == pytest.approx([247_931, 272_724, 266_138], abs=0.5)
        profits = _computed(supplier, "line_profits", {"rate": 0.12, "lines": [300_000, 382_649, 500_000]})["profits"]
        assert profits == pytest.approx([10_032, 10_523, 9_533], abs=0.5)

    def test_it_should_fit_a_model_of_default_that_can_be_posted_back(self, supplier: Client) -> None:
        body = {"indicators": ["arrears"], "rows": [[0], [1], [2]], "outcomes": [0.1, 0.3, 0.4]}
        fitted = _computed(supplier, "default_fit", body)
        assert fitted["model"]["intercept"] == pytest.approx(-2.045876)
        assert fitted["model"]["coefficients"] == pytest.approx([0.89588], rel=1e-5)
        asked = {"model": fitted["model"], "rows": [{"arrears": 0}, {"arrears": 1, "else": 5}]}
        said = _computed(supplier, "default_predict", asked)["predictions"]
        odds = [fitted["model"]["intercept"], sum((fitted["model"]["intercept"], *fitted["model"]["coefficients"]))]
        assert [one["probability"] for one in said] == pytest.approx([1 / (1 + exp(-each)) for each in odds])
        assert said[0]["rating"] is None

        fitted["model"]["intercept"] += 1
        refused = supplier.request("POST", "/v1/models/default_predict", json=asked)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "version")

    def test_it_should_take_a_model_that_was_saved(self, supplier: Client) -> None:
        fit = DefaultFit(
            estimator=Estimator.LOGIT,
            indicators=("leverage",),
            intercept=-2.0,
            coefficients=(4.0,),
            standard_errors=(0.5, 0.1),
            p_values=(0.01, 0.02),
            observations=100,
            log_likelihood=-30.0,
        )
        model = DefaultModel(fit=fit, proxy=DefaultProxy(late_days=90, grace_days=3), cut=19_000)
        asked = {"model": json.loads(model_to_json(model)), "rows": [{"leverage": 0.5}]}
        assert _computed(supplier, "default_predict", asked)["predictions"][0]["probability"] == 0.5

    def test_it_should_follow_a_path_round_the_centre_and_back(self, supplier: Client) -> None:
        orbit = _computed(supplier, "game_orbit", {})
        path = _computed(supplier, "game_path", {"until": orbit["period"], "points": 9})
        assert (path["x"][-1], path["y"][-1]) == (pytest.approx(0.5), pytest.approx(0.5))
        assert path["drift"] < 1e-9
        assert orbit["x_low"] <= min(path["x"]) <= max(path["x"]) <= orbit["x_high"]
        far = supplier.request("POST", "/v1/models/game_path", json={"until": 1e6})
        assert (far.status_code, far.json()["errors"][0]["limit"]) == (422, "at most 2.38095, as payoffs are up to 210")

    def test_it_should_draw_the_border_and_sweep_games(self, supplier: Client) -> None:
        bistable = {"fraud_share": 0.8, "incentive": 300}
        heights = _computed(supplier, "game_border", bistable)["y"]
        assert heights == pytest.approx([1, 0.796343, 0.65, 0.481432, 0], abs=1e-6)
        closed, open_ = _computed(supplier, "game_sweep", {"games": [{}, bistable]})["games"]
        assert (closed["condition"], closed["basin"], closed["corners"]) == ("condition 4", None, ["saddle"] * 4)
        assert (open_["condition"], open_["s1"], open_["basin"]) == (
            "condition 2", pytest.approx(0.425), pytest.approx(0.37016531)
        )  # fmt: skip
        assert _computed(supplier, "game_sweep", {"games": []}) == {"games": []}
        for wrong in ({"__class__": 1}, {"saves_cost": 1}, {"fraud_share": 2}):
            answer = supplier.request("POST", "/v1/models/game_sweep", json={"games": [{}, wrong]})
            assert answer.status_code == 422, answer.text

    def test_it_should_find_where_three_parties_rest(self, supplier: Client) -> None:
        found = _computed(supplier, "three_party_rest_points", {})
        pure = [point for point in found["points"] if {point["bank"], point["core"], point["supplier"]} <= {0, 1}]
        assert len(pure) == 8
        assert [one["real"] for one in pure[0]["eigenvalues"]] == [-70, 10, 210]  # 1,1,1: the saving, w - m, the firm's
        assert [point["verdict"] for point in found["points"]].count("evolutionarily stable") == 1

    def test_it_should_move_counted_banks_by_lot_alone_where_imitation_is_blind(self, supplier: Client) -> None:
        blind = {"banks": 4, "using": 4, "firms": 4, "repaying": 2, "selection": 0, "mutation": 1}
        assert _computed(supplier, "finite_change", blind) == {"using": -0.5, "repaying": 0}

    def test_it_should_test_series(self, supplier: Client) -> None:
        z, x = (each["values"] for each in REGISTRY["autoregression"].example["series"])
        both = [{"name": "z", "values": z}, {"name": "x", "values": x}]
        trend = _computed(supplier, "unit_root", {"series": z, "terms": "ct"})
        assert (trend["tau"], trend["critical_values"][0]["rejects"]) == (pytest.approx(-6.1361555304), True)
        chosen = _computed(supplier, "unit_root", {"series": z, "lags": "aic", "most_lags": 3})
        assert chosen["lags"] == 2
        system = _computed(supplier, "autoregression", {"series": both})
        one_unit = {"series": both, "horizon": 2, "orthogonal": False}
        responses = _computed(supplier, "impulse_responses", one_unit)["responses"]
        after = next(one["values"] for one in responses if (one["shock"], one["answer"]) == ("x", "z"))
        assert after[:2] == [0, pytest.approx(system["coefficients"][0][0][1])]
        assert system["stable"]
        twice = supplier.request("POST", "/v1/models/lag_orders", json={"series": [both[0], both[0]]})
        assert (twice.status_code, twice.json()["errors"][0]["field"]) == (422, "series")

    def test_it_should_say_of_what_it_has_not_loaded_what_that_says_of_itself(self) -> None:
        unloaded = [one for each in REGISTRY.values() for one in each.formulas if isinstance(one, Unloaded)]
        assert unloaded
        for one in unloaded:
            module = import_module(f"scfin_chain.models.{one.module.replace('/', '.')}")
            assert one.words == getdoc(getattr(module, one.name))

    def test_it_should_spell_eigenvalues(self, supplier: Client) -> None:
        found = _computed(supplier, "game_equilibria", {})
        assert found["interior"]["verdict"] == "centre"
        assert [value["real"] for value in found["interior"]["eigenvalues"]] == [0, 0]
        assert [corner["verdict"] for corner in found["corners"]] == ["saddle"] * 4

    def test_it_should_take_volumes_that_were_seen(self, supplier: Client) -> None:
        seen = _computed(supplier, "guarantee", {"volumes": ["371938", "1372974"]})
        assert (seen["mean"], seen["deviation"]) == (872_456, 500_518)
        values = [{"market": 11.486731, "book": 10.143}, {"market": 11.695126, "book": 9.1287}]
        assert _computed(supplier, "collateral_volatility", {"observed": values})["volatility"] == pytest.approx(
            0.07433, 1e-3
        )


class TestRefusal:
    @pytest.mark.parametrize(
        ("name", "body", "field", "value", "limit"),
        [
            (
                "bond_default_probability",
                {"loss_given_default": 1.5},
                "loss_given_default",
                "1.5",
                "a number in (0, 1]",
            ),
            ("score_rating", {"score": 12.5}, "score", "12.5", "a number in [40, 100]"),
            ("payment_rating", {"prompt": 2, "due": 1}, "prompt", "2", "a whole number in [0, 1]"),
            ("break_even_price", {"firms": 0}, "firms", "0", "a whole number in [1, 1000000000000]"),
            ("game_equilibria", {"supervised_penalty": 600}, "d", "0.0", "different from zero"),
            ("guarantee", {"volumes": []}, "periods", "0", "a whole number in [1, "),
        ],
    )
    def test_it_should_name_argument_value_and_domain(
        self, supplier: Client, name: str, body: dict[str, Any], field: str, value: str, limit: str
    ) -> None:
        answer = supplier.request("POST", f"/v1/models/{name}", json=body)
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        [error] = answer.json()["errors"]
        assert (error["field"].split(".")[-1], error["value"]) == (field, value)
        assert error["limit"].startswith(limit)

    @pytest.mark.parametrize(
        "body",
        [
            '{"score": NaN}', '{"score": Infinity}', '{"score": 1e999}', '{"score": "68"}', '{"score": true}',
            '{"score": null}', '{"scores": 68}', '[]', '"68"', '{"score": 1' + "0" * 400 + "}", "{", "",
        ],
    )  # fmt: skip
    def test_it_should_refuse_what_is_no_number(self, supplier: Client, body: str) -> None:
        headers = {"Content-Type": "application/json"}
        answer = supplier.request("POST", "/v1/models/score_rating", data=body, headers=headers)
        assert answer.status_code in (400, 422), answer.text
        assert answer.headers["content-type"] == "application/problem+json"

    def test_it_should_not_know_other_models(self, supplier: Client) -> None:
        assert supplier.request("POST", "/v1/models/crystal_ball", json={}).status_code == 404

    def test_it_should_ask_for_a_key(self, world: World) -> None:
        with Client(world.running.url, None) as nobody:
            assert nobody.request("POST", "/v1/models/supervision", json={}).status_code == 401


NUMBERS = st.one_of(
    st.sampled_from([0.0, -0.0, 1.0, -1.0, 5e-324, 1e-300, 1e45, -1e45, 1e300, 0.5, 0.999999999, 100.0]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(0, 1),
)


class TestAnything:
    @settings(max_examples=400, deadline=None)
    @given(data=st.data())
    def test_it_should_give_finite_numbers_or_refuse(self, data: st.DataObject) -> None:
        """Past the transport, which is tested above: this is about the numbers."""
        calculation = REGISTRY[data.draw(st.sampled_from(list(REGISTRY)))]
        described = calculation.inputs.model_json_schema()
        schema, defs = described["properties"], described.get("$defs", {})
        names = data.draw(st.lists(st.sampled_from(sorted(schema)), max_size=4, unique=True))
        body = calculation.example | {name: data.draw(_value(schema[name], defs), label=name) for name in names}
        inputs = calculation.inputs.model_validate(body)
        try:
            found = calculation.run(inputs)
        except (ModelDomainError, Problem):
            return
        json.dumps(found.model_dump(mode="json"), allow_nan=False)

    @settings(max_examples=80, deadline=None)
    @given(
        changes=st.dictionaries(
            st.sampled_from(list(type(PRINTED_GAME).__dataclass_fields__)), st.floats(0, 1), max_size=5
        ),
        stretch=st.sampled_from([1.0, 1e-12, 1e12, 700.0]),
    )
    def test_it_should_draw_the_borders_of_any_game(self, changes: dict[str, float], stretch: float) -> None:
        body = {
            name: value if "rate" in name or "share" in name else value * stretch for name, value in changes.items()
        }
        calculation = REGISTRY["game_basins"]
        try:
            found = calculation.run(calculation.inputs(**{"exact": True, **body}))
        except (ModelDomainError, Problem):
            return
        assert found.s1 is None or 0 <= found.s1 <= 1


def _value(schema: dict[str, Any], defs: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Whatever a schema allows, lists no longer than is quick."""
    if "$ref" in schema:
        return _value(defs[schema["$ref"].rpartition("/")[2]], defs)
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return st.one_of([_value(each, defs) for each in schema[several]])
    if "const" in schema or "enum" in schema:
        return st.sampled_from(schema.get("enum") or [schema["const"]])
    match schema["type"]:
        case "null":
            return st.none()
        case "boolean":
            return st.booleans()
        case "integer" if "minimum" in schema:
            return st.integers(schema["minimum"], schema["maximum"])
        case "integer":
            return st.one_of(st.integers(-3, 10**13), st.integers(-(10**61), 10**61))
        case "number":
            low, high = schema.get("minimum", schema.get("exclusiveMinimum")), schema.get("maximum")
            within = lambda value: (low is None or value > low) and (high is None or value <= high)  # noqa: E731
            return NUMBERS.filter(within)
        case "string":
            return st.integers(0, 2**63 - 1).map(str)
        case "array":
            return st.lists(_value(schema["items"], defs), max_size=min(schema.get("maxItems", 15), 15))
    if "properties" not in schema:
        return st.dictionaries(st.sampled_from(["loan", "fraud_share", "nothing"]), NUMBERS, max_size=2)
    known = {name: _value(each, defs) for name, each in schema["properties"].items()}
    required = schema.get("required", ())
    return st.fixed_dictionaries(
        {name: known[name] for name in required},
        optional={name: value for name, value in known.items() if name not in required},
    )


def _computed(client: Client, name: str, body: dict[str, Any]) -> Any:
    answer = client.request("POST", f"/v1/models/{name}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()
