"""What a ranking is worth, query by query, and over all queries."""
