"""The Chair's Office reads a report that was sent, comments on it, and decides."""
