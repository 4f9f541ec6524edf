"""The probability of default out of indicators (paper 004): fitted, selected, judged on later rows, kept as JSON.

`fit_default_model` regresses log-odds in one of three ways, `select_indicators` chooses among indicators, `evaluate`
judges on rows that neither has seen. A `DefaultModel` is what a bank keeps, and what its decisions can use.
The names load on first use: reading a model and predicting from it need none of the packages that fit one.
"""

from typing import TYPE_CHECKING

from scfin_chain.lazy import loader

if TYPE_CHECKING:
    from scfin_chain.models.default_model.document import model_from_json, model_to_json
    from scfin_chain.models.default_model.evaluation import Bin, Evaluation, calibration, evaluate, roc_curve
    from scfin_chain.models.default_model.fit import DefaultFit, Estimator
    from scfin_chain.models.default_model.fitting import fit_default_model
    from scfin_chain.models.default_model.history import (
        HISTORY_INDICATORS,
        DefaultProxy,
        Obligation,
        PaymentHistory,
        TimeSplit,
        cut_for,
        history_before,
        sample_of,
        split_by_time,
    )
    from scfin_chain.models.default_model.model import PAPER_LOSS, DefaultModel, marks_of
    from scfin_chain.models.default_model.sample import Sample
    from scfin_chain.models.default_model.selection import (
        ENTER,
        LEAVE,
        Criterion,
        Direction,
        Selection,
        Step,
        Trial,
        select_indicators,
    )
    from scfin_chain.models.default_model.table import BadRows, Table, table_from_csv

__all__ = [
    "ENTER",
    "HISTORY_INDICATORS",
    "LEAVE",
    "PAPER_LOSS",
    "BadRows",
    "Bin",
    "Criterion",
    "DefaultFit",
    "DefaultModel",
    "DefaultProxy",
    "Direction",
    "Estimator",
    "Evaluation",
    "Obligation",
    "PaymentHistory",
    "Sample",
    "Selection",
    "Step",
    "Table",
    "TimeSplit",
    "Trial",
    "calibration",
    "cut_for",
    "evaluate",
    "fit_default_model",
    "history_before",
    "marks_of",
    "model_from_json",
    "model_to_json",
    "roc_curve",
    "sample_of",
    "select_indicators",
    "split_by_time",
    "table_from_csv",
]

_HOMES = {
    "document": (
        "model_from_json",
        "model_to_json",
    ),
    "evaluation": (
        "Bin",
        "Evaluation",
        "calibration",
        "evaluate",
        "roc_curve",
    ),
    "fit": (
        "DefaultFit",
        "Estimator",
    ),
    "fitting": ("fit_default_model",),
    "history": (
        "HISTORY_INDICATORS",
        "DefaultProxy",
        "Obligation",
        "PaymentHistory",
        "TimeSplit",
        "cut_for",
        "history_before",
        "sample_of",
        "split_by_time",
    ),
    "model": (
        "PAPER_LOSS",
        "DefaultModel",
        "marks_of",
    ),
    "sample": ("Sample",),
    "selection": (
        "ENTER",
        "LEAVE",
        "Criterion",
        "Direction",
        "Selection",
        "Step",
        "Trial",
        "select_indicators",
    ),
    "table": (
        "BadRows",
        "Table",
        "table_from_csv",
    ),
}
"""Where each name lives: the imports above, at run time."""

if not TYPE_CHECKING:  # a type checker sees the imports, and would take any name from a function
    __getattr__ = loader(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
