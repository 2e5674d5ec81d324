"""From a file to pixels, in guarded processes."""
