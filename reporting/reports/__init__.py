"""The annual report as a group writes and sends it (guidelines 8.1)."""
