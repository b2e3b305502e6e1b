"""How fast the product does what it does often, on this machine.

``make bench`` runs every module listed in ``__main__``, prints one table and writes it, with the
machine's description, to ``benchmarks/results/``.
"""
