"""How the sieve for text in photos is made: `python -m tests.training.text_signs DATA --write`.

See docs/text-in-photos.md.
"""
