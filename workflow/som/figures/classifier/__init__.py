"""Figures of what can be learnt from the map's answers."""
