"""What came of runs, for people: tables, plots, and published figures beside them."""
