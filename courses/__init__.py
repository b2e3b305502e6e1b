"""The treatment record."""
