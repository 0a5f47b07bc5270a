"""Pages of targets and of progress."""
