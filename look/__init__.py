"""The tag library: how dates, units, flags, panels and charts reach a page."""
