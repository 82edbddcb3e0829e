"""Oracles: who answers.  Any function from an Item to a class name, or None to decline, is one.  Floor 4."""

from askance.oracles.function import from_text
from askance.oracles.items import items
from askance.oracles.key import AnswerKey, NoisyKey
from askance.oracles.terminal import Quit, Terminal, Undo

__all__ = ["AnswerKey", "NoisyKey", "Quit", "Terminal", "Undo", "from_text", "items"]
