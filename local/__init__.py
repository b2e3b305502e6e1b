"""One machine: real servers from wheels, and everything that `make run` and `make test` start.

Nothing here runs in production. The product never imports this package; only the development
page that shows sent messages is wired in, and only under DEBUG.
"""
