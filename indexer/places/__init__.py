"""Names for where photos were taken, and where named places are: from packaged data, offline."""
