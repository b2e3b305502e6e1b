"""Writes about messages that somebody causes: texts that come in, worries that are settled."""
