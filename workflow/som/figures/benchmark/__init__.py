"""Figures of the time that the engine takes, and of how faithful it is."""
