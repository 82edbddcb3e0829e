"""Askance: active learning that asks people about exactly the samples the model is in doubt about."""

__version__ = "0.1.0"
