"""The prompts of the indexer; each is identified by the hash of its text."""
