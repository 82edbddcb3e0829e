"""Batch-mode active learning by kernels: kernel | transforms | selector (Holzmüller et al. 2022)."""
