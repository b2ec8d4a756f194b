"""Samples on a map: the nearest units of each, as tables, and the errors that they make.

`activations` (tables of samples mapped on a codebook), `map_errors` (quantization and topographic).
"""
