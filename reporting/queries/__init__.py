"""Reads across models, one module by subject. Import the module you need."""
