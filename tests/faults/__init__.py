"""The fault rig: real processes, broken on purpose, and what was lost or repeated counted by key.

``make faults`` runs the whole matrix; the fast rows are part of ``make test``. The method, and what
was seen, stands in ``docs/reliability.md``.
"""
