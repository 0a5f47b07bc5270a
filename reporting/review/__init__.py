"""The Chair's Office reads a report that was sent, asks, and decides."""
