"""Text that stands in pictures: who reads it, beside everything else, and what becomes of it."""
