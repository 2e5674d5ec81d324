"""One line of text → words and filters: tokens, dates in words, filters, what is not wanted."""
