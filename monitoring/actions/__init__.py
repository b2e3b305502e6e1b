"""Writes of the vigilance: planning, results, check-ins, escalations, prescribing."""
