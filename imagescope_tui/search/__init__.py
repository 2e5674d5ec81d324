"""Search without a screen."""
