"""Quality measures: how well a map follows its samples, keeps their neighbourhoods, parts classes.

Samples and codebook
    `combined` (Kaski–Lagus combined error), `distortion`; the quantization and topographic errors
    are in `som.mapping.map_errors`.
Neighbourhoods
    `topographic_product` (of the codebook), `preservation` (trustworthiness and continuity).
Classes
    `class_scatter` ("a tight cluster, with some exceptions" as a number); purity, label accuracy
    and homogeneity are in `som.statistics.purity`.
All of them
    `measures`.

They work on every lattice. Memory grows with n_units² (the lattice's own table) and with
n_samples, never with n_samples² or n_samples × n_units × n_features.
"""
