"""Two runs, query by query."""
