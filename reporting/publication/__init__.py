"""Reports that were sent: the frozen copy, the published page and the PDF."""
