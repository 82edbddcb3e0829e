"""When to stop labelling: rules that look at the history and say what they think, with the reason.  Floor 2.

    parse("stabilizing(k=3, at=0.99) | target(at=0.95)")(history).why

A verdict is shown and never acts alone: whoever runs the campaign says whether it may.
"""

from askance.history import History
from askance.protocols import Verdict
from askance.stopping.change import classification_change, delta_f
from askance.stopping.falling import batch_variance, contradictory
from askance.stopping.foreseen import oracle_accuracy
from askance.stopping.levelled import performance_convergence, uncertainty_convergence
from askance.stopping.plateau import plateau, uncertainty
from askance.stopping.rule import RULES, Both, Either, Rule, bounded, rule
from askance.stopping.spent import budget, exhausted
from askance.stopping.stabilizing import stabilizing
from askance.stopping.sure import entropy_mcs, expected_error, max_confidence
from askance.stopping.target import target
from askance.stopping.text import parse


def judge(text: str | Rule, history: History) -> tuple[Verdict, ...]:
    """The verdict of every single rule in it and, where there are several, last the one of the whole."""
    whole = parse(text)
    leaves = whole.leaves()
    return tuple(leaf(history) for leaf in leaves) + ((whole(history),) if len(leaves) > 1 else ())


__all__ = [
    "RULES",
    "Both",
    "Either",
    "History",
    "Rule",
    "Verdict",
    "batch_variance",
    "bounded",
    "budget",
    "classification_change",
    "contradictory",
    "delta_f",
    "entropy_mcs",
    "exhausted",
    "expected_error",
    "judge",
    "max_confidence",
    "oracle_accuracy",
    "parse",
    "performance_convergence",
    "plateau",
    "rule",
    "stabilizing",
    "target",
    "uncertainty",
    "uncertainty_convergence",
]
