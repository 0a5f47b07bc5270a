"""Pages, one module by area."""
