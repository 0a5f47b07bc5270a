"""Forms, one module by subject."""
