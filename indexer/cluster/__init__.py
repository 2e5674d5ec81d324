"""Indexing with the machines of a Ray cluster."""
