"""Which photos are nearest to what is asked."""
