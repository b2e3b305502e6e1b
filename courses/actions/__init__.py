"""Writes of the treatment record. Screens call them through ``monitoring.actions.care``."""
