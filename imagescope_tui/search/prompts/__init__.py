"""What the models are told: one file per request."""
