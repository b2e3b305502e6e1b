"""What PostgreSQL refuses to do to rows of the treatment record."""

import pgtrigger

APPEND_ONLY = [
    pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
]
NO_DELETE = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]
