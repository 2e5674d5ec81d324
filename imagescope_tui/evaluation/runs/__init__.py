"""A run of a benchmark: its plan, its steps, and the folder that holds what came of it."""
