"""Models behind narrow protocols; knows neither storage nor the indexer."""
