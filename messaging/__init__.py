"""Tell a person something, once."""
