"""The version of what reads photos: it is raised when more, or something else, is read of them."""

FACTS_VERSION = 1
"""What an older one has read is read again, a little at a time, when nothing else waits."""
