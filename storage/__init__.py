"""What a library of photos is, on disk."""
