"""Figures that show several maps or experiments side by side."""
