"""Snakemake's report: a caption for each figure (`*.rst`), and what stands next to it."""
