"""Measuring honestly: estimates with intervals, calibration, learning curves, comparisons over seeds.  Floor 2."""

from askance.history import Metric
from askance.metrics.active_testing import Drawn, draw, expected_error, expected_log_loss, lure
from askance.metrics.calibration import Bin, Calibration, calibration, certainty, relative_entropy
from askance.metrics.classify import (
    Confusion,
    accuracy,
    balanced_accuracy,
    class_balance,
    confusion,
    kappa,
    log_loss,
    macro_f1,
)
from askance.metrics.compare import Comparison, WinMatrix, compare, compare_all, holm, win_matrix
from askance.metrics.curves import aubc, enough, labels_to_reach
from askance.metrics.forecast import Forecast, Left, Span, forecast
from askance.metrics.intervals import t_interval, wilson
from askance.metrics.measure import LOWER_IS_BETTER, NAMES, measure
from askance.metrics.outlook import Outlook, outlook
from askance.metrics.regress import NUMBER_NAMES, log_rmse, mae, measure_numbers, r2, rmse

__all__ = [
    "LOWER_IS_BETTER",
    "NAMES",
    "NUMBER_NAMES",
    "Bin",
    "Calibration",
    "Comparison",
    "Confusion",
    "Drawn",
    "Forecast",
    "Left",
    "Metric",
    "Outlook",
    "Span",
    "WinMatrix",
    "accuracy",
    "aubc",
    "balanced_accuracy",
    "calibration",
    "certainty",
    "class_balance",
    "compare",
    "compare_all",
    "confusion",
    "draw",
    "enough",
    "expected_error",
    "expected_log_loss",
    "forecast",
    "holm",
    "kappa",
    "labels_to_reach",
    "log_loss",
    "log_rmse",
    "lure",
    "macro_f1",
    "mae",
    "measure",
    "measure_numbers",
    "outlook",
    "r2",
    "relative_entropy",
    "rmse",
    "t_interval",
    "wilson",
    "win_matrix",
]
