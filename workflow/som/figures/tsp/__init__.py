"""Figures of tours through cities."""
