"""The commands `imagescope` and `imagescope-tui`."""
