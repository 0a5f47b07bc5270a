"""Four-year targets and the progress that a group records each year (guidelines 8.1.1)."""
