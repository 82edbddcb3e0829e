"""Signals of what was trained together with the network: its add-ons."""
