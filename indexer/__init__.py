"""Keeps the library in step with the photo folders."""
