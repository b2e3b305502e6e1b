"""Three common designs of reminders, small, from their documented rules, to stand beside ours.

No line of them is anybody's: each keeps to the rules by which such a system says it works, with
the retries that its makers describe. They share the table of this package and carry no key.
"""
