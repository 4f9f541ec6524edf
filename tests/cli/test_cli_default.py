"""The commands on the probability of default.

given a payment history
    it should be fitted before the cut, judged after it, and kept; and the file should be judged and asked again
    JSON should be one document of all that text and standard error tell, and CSV leave no figure untold
given a table: the saturated fit of paper 004 should be called so; a selection should warn of its bias
given a bond: the golden vector of paper 004, and what the paper's own probability would need
given what cannot be: one line, exit code 2, and no file
"""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from scfin_chain.cli import app
from scfin_chain.errors import ScfinError

EXAMPLE = Path(__file__).parents[2] / "examples" / "invoices.csv"
HISTORY = ("--invoices", str(EXAMPLE), "--late-days", "5", "--indicators", "prompt_share")

BY_P = (*HISTORY, "--criterion", "p_value", "--select")


def default(*words: str) -> Result:
    return CliRunner().invoke(app, ["default", *words])


def refusal_of(*words: str) -> str:
    answer = default(*words)
    assert isinstance(answer.exception, ScfinError), answer.output
    assert answer.exception.exit_code == 2
    return str(answer.exception)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.json"
    assert default("fit", *HISTORY, "--model", str(path)).exit_code == 0
    return path


class TestGivenAPaymentHistory:
    def test_fits_before_the_cut_and_judges_after_it(self, tmp_path: Path) -> None:
        picture = tmp_path / "judged.svg"
        answer = default("fit", *HISTORY, "--cut", "2024-04-03", "--plot", str(picture))
        assert "25 invoices known before 2024-04-03, 4 of them unpaid after 5 days; 17 later, 3 unpaid" in answer.stdout
        assert "on the later rows: AUC 0.9524, KS 0.7857, Brier 0.12958" in answer.stdout
        assert picture.read_text(encoding="utf-8").startswith("<?xml")

    def test_tells_the_figures_of_the_rows_of_the_fit_as_well(self) -> None:
        answer = default("fit", *HISTORY, "--cut", "2024-04-03")
        assert "\non the rows of the fit: AUC 0.5238, KS 0.1429, Brier 0.13414" in answer.stdout

    def test_tells_all_in_one_document(self, model: Path) -> None:
        answer = default("fit", *HISTORY, "--cut", "2024-04-03", "--form", "json")
        told = json.loads(answer.stdout)
        counts = ("observations", "later_observations", "left_out", "cut", "late_days", "saturated", "estimator")
        assert [told[name] for name in counts] == [25, 17, 19, "2024-04-03", 5, False, "logit"]
        assert [row["term"] for row in told["coefficients"]] == ["intercept", "prompt_share"]
        assert (told["rows_of_the_fit"]["observations"], told["later_rows"]["observations"]) == (25, 17)
        assert round(told["later_rows"]["auc"], 4) == 0.9524
        assert (told["selection"], told["warnings"]) == (None, [])
        assert told["model"] == json.loads(model.read_text())["version"]

    def test_leaves_the_rest_of_a_csv_on_standard_error(self) -> None:
        answer = default("fit", *HISTORY, "--cut", "2024-04-03", "--form", "csv")
        assert answer.stdout.startswith("term,coefficient,standard_error,p_value,saturated\n")
        assert "25 invoices known before 2024-04-03" in answer.stderr
        assert "on the later rows: AUC 0.9524" in answer.stderr

    def test_judges_the_file_as_the_fit_did(self, model: Path) -> None:
        answer = default("evaluate", "--model", str(model), "--invoices", str(EXAMPLE), "--form", "json")
        (row,) = json.loads(answer.stdout)
        assert (row["observations"], row["defaults"]) == (17, 3)
        assert round(row["auc"], 4) == 0.9524

    def test_says_so_given_rows_of_the_fit(self, model: Path) -> None:
        answer = default("evaluate", "--model", str(model), "--invoices", str(EXAMPLE), "--since", "2024-01-01")
        assert "some are of days that the fit saw, before 2024-" in answer.stderr
        asked = ("--model", str(model), "--invoices", str(EXAMPLE), "--form", "json")
        (row,) = json.loads(default("evaluate", *asked, "--since", "2024-01-01").stdout)
        assert row["warning"].startswith("some are of days that the fit saw")
        (row,) = json.loads(default("evaluate", *asked).stdout)
        assert row["warning"] is None

    def test_asks_the_file_over_a_sweep(self, model: Path) -> None:
        answer = default("predict", "--model", str(model), "--set", "prompt_share=0.5:1:6", "--form", "json")
        rows = json.loads(answer.stdout)
        assert [row["prompt_share"] for row in rows] == [0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
        risks = [row["default_probability"] for row in rows]
        assert risks == sorted(risks, reverse=True)


class TestGivenATable:
    def test_calls_the_saturated_fit_so(self, tmp_path: Path) -> None:
        file = tmp_path / "two.csv"
        file.write_text("x,default\n0.2,0.1\n0.7,0.4\n")
        answer = default("fit", "--table", str(file), "--estimator", "log_odds")
        assert answer.stderr.startswith("saturated: 2 parameters of 2 observations")
        assert "x            3.583518938                -         -" in answer.stdout

    def test_calls_the_saturated_fit_so_in_json_and_csv(self, tmp_path: Path) -> None:
        file = tmp_path / "two.csv"
        file.write_text("x,default\n0.2,0.1\n0.7,0.4\n")
        asked = ("fit", "--table", str(file), "--estimator", "log_odds", "--form")
        told = json.loads(default(*asked, "json").stdout)
        assert (told["saturated"], told["rows_of_the_fit"], told["later_rows"]) == (True, None, None)
        assert [warning.partition(":")[0] for warning in told["warnings"]] == ["saturated", "judged by no later rows"]
        assert [line.split(",")[-1] for line in default(*asked, "csv").stdout.splitlines()] == [
            "saturated",
            "True",
            "True",
        ]

    def test_warns_of_the_bias_of_a_selection(self, tmp_path: Path) -> None:
        file = tmp_path / "many.csv"
        rows = [f"{x},{x * 7 % 5},{int(x * 13 % 10 < x / 4)}\n" for x in range(40)]
        file.write_text("debt,noise,failed\n" + "".join(rows))
        asked = ("fit", "--table", str(file), "--outcome", "failed", "--select", "both", "--later-share", "0.25")
        answer = default(*asked)
        assert "30 rows, 10 later ones" in answer.stdout
        assert "path by aic: + debt" in answer.stderr
        assert "selection bias: " in answer.stderr
        told = json.loads(default(*asked, "--form", "json").stdout)
        assert told["selection"] == {
            "direction": "both",
            "criterion": "aic",
            "candidates": ["debt", "noise"],
            "trials": told["selection"]["trials"],
            "path": [{"move": "+ debt", "value": told["aic"]}],
        }
        assert [warning.partition(":")[0] for warning in told["warnings"]] == ["selection bias"]

    def test_says_which_rows_the_fit_saw(self, tmp_path: Path) -> None:
        file, model = tmp_path / "many.csv", tmp_path / "model.json"
        rows = [f"{x},{int(x * 13 % 10 < x / 4)}\n" for x in range(40)]
        file.write_text("debt,default\n" + "".join(rows))
        assert default("fit", "--table", str(file), "--later-share", "0.5", "--model", str(model)).exit_code == 0
        answer = default("evaluate", "--model", str(model), "--table", str(file))
        assert answer.exit_code == 0
        assert answer.stderr.startswith("at least 20 of these 40 rows are rows of the fit, number for number")
        file.write_text("debt,default\n" + "".join(rows[20:]))
        assert default("evaluate", "--model", str(model), "--table", str(file)).stderr == ""

    @pytest.mark.parametrize("direction", [("forward", "--enter", "0.5"), ("backward", "--leave", "0.01")])
    def test_needs_no_threshold_that_a_search_does_not_use(self, tmp_path: Path, direction: tuple[str, ...]) -> None:
        file = tmp_path / "many.csv"
        file.write_text("debt,default\n" + "".join(f"{x},{int(x * 13 % 10 < x / 4)}\n" for x in range(40)))
        asked = ("fit", "--table", str(file), "--criterion", "p_value", "--select", *direction)
        assert default(*asked).exit_code == 0


class TestGivenABond:
    def test_gives_the_golden_vector(self) -> None:
        (row,) = json.loads(default("bond", "--form", "json").stdout)
        assert row["default_probability"] == pytest.approx(0.015350230867, abs=1e-12)
        assert row["log_odds"] == pytest.approx(-4.161155500, abs=1e-9)

    def test_needs_half_in_interest_for_the_papers_probability(self) -> None:
        (row,) = json.loads(default("bond", "--set", "coupon=0.50224", "--form", "json").stdout)
        assert round(row["default_probability"], 4) == 0.4234

    def test_has_no_log_odds_at_the_riskless_rate(self) -> None:
        (row,) = json.loads(default("bond", "--set", "coupon=0.0375", "--form", "json").stdout)
        assert (row["default_probability"], row["log_odds"]) == (0.0, None)

    def test_refuses_less_than_the_riskless_rate(self) -> None:
        assert refusal_of("bond", "--set", "coupon=0.037").startswith("implied default probability is -0.00062")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("fit",), "--invoices and --table is 'neither'"),
        (("fit", "--invoices", str(EXAMPLE)), "--late-days is None: must be given"),
        (("fit", *HISTORY, "--cut", "2024-12-31"), "--cut is '2024-12-31': must be at most 2024-06-13"),
        (("fit", *HISTORY, "--cut", "2024-04-03", "--later-share", "0.2"), "--later-share is 0.2: must be left out"),
        (("fit", *HISTORY, "--criterion", "bic"), "--criterion is 'bic': must be left out without --select"),
        (("fit", *HISTORY, "--enter", "0.05"), "--enter is 0.05: must be left out without --select"),
        (("fit", *HISTORY, "--leave", "0.1"), "--leave is 0.1: must be left out without --select"),
        (("fit", *HISTORY, "--select", "both", "--enter", "0.05"), "--enter is 0.05: must be left out unless"),
        (("fit", *BY_P, "forward", "--leave", "0.1"), "--leave is 0.1: must be left out with --select forward"),
        (("fit", *BY_P, "backward", "--enter", "0.1"), "--enter is 0.1: must be left out with --select backward"),
        (("fit", *HISTORY, "--outcome", "x"), "--outcome is 'x': must be left out with --invoices"),
        (("fit", "--table", "x.csv", "--grace-days", "5"), "--grace-days is 5: must be left out with --table"),
        (("fit", "--table", "x.csv", "--late-days", "5"), "--late-days is 5: must be left out with --table"),
        (("fit", "--table", "x.csv", "--cut", "2024-04-03"), "--cut is '2024-04-03 00:00:00': must be left out with"),
        (("fit", "--table", "/dev/zero"), "--table is '/dev/zero': must be a file, not a device or a pipe"),
        (("fit", *HISTORY, "--model", "/no/where.json"), "--model is '/no/where.json': must be a file that can be"),
        (("fit", *HISTORY, "--output", "/no/where.csv"), "--output is '/no/where.csv': must be a file that can be"),
        (("fit", *HISTORY, "--plot", "/no/where.png"), "--plot is '/no/where.png': must be a file that can be"),
        (
            ("fit", *HISTORY, "--output", str(EXAMPLE)),
            f"--output is '{EXAMPLE}': must be another file than that of --inv",
        ),
        (("predict", "--model", "/dev/zero"), "--model is '/dev/zero': must be a file, not a device or a pipe"),
        (
            ("predict", "--model", "m", "--table", "x", "--set", "a=1"),
            "--set is \"['a=1']\": must be left out with --table",
        ),
        (("fit", *HISTORY, "--plot", "picture.pdf"), "picture is 'picture.pdf': must be a file that ends in"),
        (("fit", *HISTORY[:-1], "leverage"), "--indicators is 'leverage': must be of prompt_share"),
        (("fit", *HISTORY, "--loss-given-default", "62.64"), "loss_given_default is 62.64"),
        (("fit", "--table", "nowhere.csv"), "--table is 'nowhere.csv': must be a readable file"),
        (("evaluate", "--model", "nowhere.json", "--table", "x.csv"), "--model is 'nowhere.json'"),
        (("bond", "--set", "formula=other"), "formula is 'other': must be one of promised, principal"),
    ],
)
def test_says_in_one_line_what_cannot_be(words: tuple[str, ...], said: str) -> None:
    message = refusal_of(*words)
    assert message.startswith(said)
    assert "\n" not in message


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--invoices", str(EXAMPLE), "--outcome", "x"), "--outcome is 'x': must be left out with --invoices"),
        (
            ("--table", "x.csv", "--since", "2024-01-01"),
            "--since is '2024-01-01 00:00:00': must be left out with --table",
        ),
        ((), "--invoices and --table is 'neither'"),
    ],
)
def test_judges_by_no_flag_that_would_say_nothing(model: Path, words: tuple[str, ...], said: str) -> None:
    assert refusal_of("evaluate", "--model", str(model), *words).startswith(said)


def test_names_an_indicator_that_is_not_set(model: Path) -> None:
    assert refusal_of("predict", "--model", str(model)).startswith("--set is 'prompt_share': must be given")


def test_refuses_a_share_that_is_none(model: Path) -> None:
    message = refusal_of("predict", "--model", str(model), "--set", "prompt_share=7")
    assert message == "prompt_share is 7.0: must be a number in [0, 1]"


def test_names_bad_rows_by_line_and_writes_nothing(tmp_path: Path) -> None:
    file, kept = tmp_path / "bad.csv", tmp_path / "model.json"
    file.write_text("x,default\n1,0\nhigh,1\n")
    message = refusal_of("fit", "--table", str(file), "--model", str(kept))
    assert message == "1 bad row, nothing was computed\nline 3: x is 'high': must be a number"
    assert not kept.exists()
