"""Pages about a group's details, history, logo and offices."""
