"""Add-ons of the PyTorch learner: what is trained together with the network.  Floor 4.

One file each; `addon.py` says what one is made of.
"""
