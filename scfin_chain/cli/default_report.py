"""What ``scfin default fit`` says of a fit: the same as text for people and as one document for programs."""

from collections.abc import Mapping
from dataclasses import dataclass

from scfin_chain.cli.default_search import Search
from scfin_chain.cli.default_source import Rows
from scfin_chain.models.default_model.evaluation import Evaluation
from scfin_chain.models.default_model.model import DefaultModel
from scfin_chain.units import Day, date_of

FIT_ROWS, LATER_ROWS = "rows of the fit", "later rows"


@dataclass(frozen=True, slots=True, kw_only=True)
class FitReport:
    """A fitted model, the rows it was made of, and its figures on them where all outcomes are 0 or 1."""

    model: DefaultModel
    rows: Rows
    search: Search | None
    figures: Mapping[str, Evaluation]

    @property
    def title(self) -> str:
        """What stands above the coefficients."""
        lines = [f"{self.rows.told}; model {self.model.version[:12]}"]
        lines += [f"on the {name}: {_told_of(figures)}" for name, figures in self.figures.items()]
        return "\n".join(lines)

    @property
    def warnings(self) -> list[str]:
        """What must be known beside the figures."""
        caution = self.model.fit.caution
        warnings = [] if caution is None else [caution]
        if self.search is not None:
            warnings.append(self.search.found.warning)
        if LATER_ROWS not in self.figures:
            warnings.append("judged by no later rows: nothing here says how well it predicts")
        return warnings

    @property
    def coefficients(self) -> list[dict[str, object]]:
        """A row a term."""
        found = self.model.fit
        names = ("intercept", *found.indicators)
        blanks = (None,) * len(names)
        columns = zip(
            names,
            (found.intercept, *found.coefficients),
            found.standard_errors or blanks,
            found.p_values or blanks,
            strict=True,
        )
        return [
            {"term": name, "coefficient": value, "standard_error": error, "p_value": p_value}
            for name, value, error, p_value in columns
        ]

    @property
    def document(self) -> dict[str, object]:
        """Everything, as JSON has it."""
        kept, found = self.model, self.model.fit
        return {
            "model": kept.version,
            "estimator": found.estimator.value,
            "saturated": found.saturated,
            "observations": found.observations,
            "later_observations": 0 if self.rows.later is None else self.rows.later.size,
            "left_out": self.rows.left_out,
            "cut": None if kept.cut is None else str(date_of(Day(kept.cut))),
            "late_days": None if kept.proxy is None else kept.proxy.late_days,
            "grace_days": None if kept.proxy is None else kept.proxy.grace_days,
            "years": kept.years,
            "loss_given_default": kept.loss_given_default,
            "log_likelihood": found.log_likelihood,
            "aic": found.aic,
            "bic": found.bic,
            "coefficients": self.coefficients,
            "selection": None if self.search is None else self.search.document,
            "rows_of_the_fit": self._figures(FIT_ROWS),
            "later_rows": self._figures(LATER_ROWS),
            "warnings": self.warnings,
        }

    def _figures(self, name: str) -> dict[str, object] | None:
        return figures_of(self.figures[name]) if name in self.figures else None


def figures_of(figures: Evaluation) -> dict[str, object]:
    """Figures of merit under the names that the commands give them."""
    return {
        "observations": figures.observations,
        "defaults": figures.defaults,
        "default_share": figures.default_share,
        "mean_probability": figures.mean_probability,
        "auc": figures.auc,
        "ks": figures.ks,
        "brier": figures.brier,
        "brier_of_the_share": figures.constant_brier,
    }


def _told_of(figures: Evaluation) -> str:
    return (
        f"AUC {figures.auc:.4f}, KS {figures.ks:.4f}, Brier {figures.brier:.5f} "
        f"({figures.constant_brier:.5f} for the share alone); mean probability {figures.mean_probability:.4f}, "
        f"defaulted {figures.default_share:.4f}"
    )
