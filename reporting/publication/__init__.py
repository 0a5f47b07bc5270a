"""The report as it was sent: the frozen copy, the published page and the PDF."""
