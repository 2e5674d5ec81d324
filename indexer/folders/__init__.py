"""What is in the photo folders: scanned, watched, and kept in step with the library."""
