"""Answers that are a file and no page."""

from django.http import HttpResponse

_KINDS = {"pdf": ("application/pdf", "pdf"), "jpeg": ("image/jpeg", "jpg")}


def picture(body: bytes | memoryview, *, name: str) -> HttpResponse:
    """A JPEG, shown in its place; ``name`` is what a browser would save it as."""
    return HttpResponse(
        body,
        content_type="image/jpeg",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )


def to_save(body: bytes | memoryview, *, kind: str) -> HttpResponse:
    """A document to save, never shown inside a page of ours; its name says nothing (SEC-21).

    Args:
        kind: ``pdf`` or ``jpeg``, as ``monitoring.documents`` found it by its content.
    """
    content_type, ending = _KINDS[kind]
    answer = HttpResponse(
        body,
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="document.{ending}"'},
    )
    # A browser that opens it all the same runs nothing of it; as ``csp_update`` says it for views.
    vars(answer)["_csp_update"] = {"sandbox": True}
    return answer
