"""Pages: public, inside the group, and about its offices."""
