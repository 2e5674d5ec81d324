"""Sentences about photos, asked of a model while nothing else is to be done."""
