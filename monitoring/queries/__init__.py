"""Reads of the vigilance: frozen rows made for pages, each in a fixed number of queries."""
