"""Uncertainty and diversity in one."""
