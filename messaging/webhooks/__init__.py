"""What providers call: receipts, and texts that people send back; one file for each provider.

The only pages without a CSRF token and without sign-in besides health: the signature takes the
place of both (AT-17, SEC-23). An answer of 2xx is given only after the change is committed.
"""
