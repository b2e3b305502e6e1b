"""Scenario files: short stories about one patient, replayed through the same rules as the product."""
