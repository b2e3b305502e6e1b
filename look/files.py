"""Answers that are a file and no page."""

from django.http import HttpResponse


def picture(body: bytes | memoryview, *, name: str) -> HttpResponse:
    """A JPEG, shown in its place; ``name`` is what a browser would save it as."""
    return HttpResponse(
        body,
        content_type="image/jpeg",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )
