"""Reaching people: the outbox, dispatch, channels, what comes back."""
