"""Acts of this app, one module by subject: targets, progress, reports, review. Import the module you need."""
