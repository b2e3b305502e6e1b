"""The rules: pure Python over frozen facts. No Django, no clock, no database."""
