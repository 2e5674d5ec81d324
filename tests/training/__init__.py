"""Recipes of the models that come with the program."""
