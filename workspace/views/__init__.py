"""Views of the pages that bring several domains together."""
