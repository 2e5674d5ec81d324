"""Photos as cells of a terminal: which way, how painted, and when."""
