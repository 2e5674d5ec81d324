"""The terminal search tool: search, screen and command line."""
