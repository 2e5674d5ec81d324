"""Benchmarks: data sets, runs, measures and reports."""
