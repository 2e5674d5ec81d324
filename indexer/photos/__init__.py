"""From files that wait to photos that are found."""
