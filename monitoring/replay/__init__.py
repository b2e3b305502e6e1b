"""Scenario files: stories about one patient, replayed through the same rules as the product."""
