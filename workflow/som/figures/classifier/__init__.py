"""Figures of classifiers that learn from the map's answers."""
