"""Where the members of a network come from: one file each.  Floor 4.

`posterior.py` says what one is made of; `posterior=NAME` after a learner chooses one.
"""
