"""When to ask in a stream: one policy a file, state in and state out.  Floor 2."""

from askance.policies.variable import Variable

__all__ = ["Variable"]
