"""The photos that a benchmark ranks: a library of files, or vectors on disk."""
