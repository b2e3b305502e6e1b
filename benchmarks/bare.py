"""What the pages are compared with: as many rows from one indexed query, and nothing else.

The product's routes with one more, so that both answer from the same server.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.urls import path

from isotrack import urls
from people.models import Patient

_PAGE = Template(
    "<!doctype html><title>Bare</title><table>{% for row in rows %}<tr><td>{{ row.family_name }}"
    "<td>{{ row.given_name }}<td>{{ row.mrn }}<td>{{ row.born }}<td>{{ row.sex }}</tr>"
    "{% endfor %}</table>"
)


def bare(request: HttpRequest, clinic: int, rows: int) -> HttpResponse:
    """The first patients of a clinic by name."""
    found = Patient.objects.filter(clinic_id=clinic).order_by("family_name", "given_name")
    return HttpResponse(_PAGE.render(Context({"rows": found[:rows]})))


urlpatterns = [*urls.urlpatterns, path("bare/<int:clinic>/<int:rows>/", bare)]
