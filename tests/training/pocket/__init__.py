"""How `pocket` is made: `python -m tests.training.pocket --write`. See docs/pocket-encoder.md."""
