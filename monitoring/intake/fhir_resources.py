"""The resources of a FHIR file: opened, validated one by one, and found by reference.

Each resource is validated on its own with the R4B models of `fhir.resources`, so that one bad
result does not take the others of its bundle with it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from fhir.resources.R4B.codeableconcept import CodeableConcept
from fhir.resources.R4B.diagnosticreport import DiagnosticReport
from fhir.resources.R4B.messageheader import MessageHeader
from fhir.resources.R4B.observation import Observation
from fhir.resources.R4B.patient import Patient
from fhir.resources.R4B.reference import Reference
from fhir.resources.R4B.specimen import Specimen
from pydantic import ValidationError

from monitoring.intake.fhir_tolerance import tolerant

MODELS: dict[str, Any] = {
    "DiagnosticReport": DiagnosticReport,
    "MessageHeader": MessageHeader,
    "Observation": Observation,
    "Patient": Patient,
    "Specimen": Specimen,
}
PARTS: dict[str, Any] = {"subject": Reference, "code": CodeableConcept}
READABLE = ("Bundle", "DiagnosticReport", "Observation")
BUNDLES = ("collection", "transaction", "message", "batch", "document", "searchset")
INVALID = (ValidationError, ValueError, TypeError, AttributeError, RecursionError)
# Not needed for a result, and often not valid in themselves: narrative, and what is kept apart.
_LEFT_OUT = ("text", "contained")


class NotReadable(ValueError):
    """The bytes are no FHIR file that holds results; the text says why, without quoting them."""


class TwiceNamed(ValueError):
    """A JSON object holds one name twice."""


@dataclass(eq=False, slots=True)
class Resource:
    """One resource. `model` is None where it is not valid FHIR R4B, and `raw` is then all there is.

    `parent` is the resource that contains it. `unclear` says why its meaning cannot be relied on.
    """

    kind: str
    raw: dict[str, Any]
    url: str = ""
    parent: Resource | None = None
    model: Any = None
    unclear: str = ""

    @property
    def id(self) -> str:
        """The resource's own id, "" if it has none."""
        return text_of(self.raw.get("id"))

    def part(self, name: str) -> Any:
        """`subject` or `code`, also where the rest of the resource is not valid FHIR."""
        if self.model is not None:
            return getattr(self.model, name, None)
        try:
            return PARTS[name].model_validate(self.raw[name])
        except (KeyError, *INVALID):
            return None


@dataclass(slots=True)
class Library:
    """All resources of a file, in order, and where references lead."""

    root: dict[str, Any]
    found: list[Resource] = field(default_factory=list)
    by_url: dict[str, Resource] = field(default_factory=dict)
    by_type_and_id: dict[str, Resource | None] = field(default_factory=dict)
    contained: dict[tuple[int, str], Resource] = field(default_factory=dict)

    def of_kind(self, kind: str) -> list[Resource]:
        """Resources of one type, in the order of the file."""
        return [each for each in self.found if each.kind == kind]

    def follow(self, reference: Any, of: Resource) -> Resource | None:
        """The resource that a Reference leads to: contained, full URL, urn:uuid or relative."""
        target = text_of(getattr(reference, "reference", None))
        if not target:
            return None
        if target.startswith("#"):
            return self.contained.get((id(of.parent or of), target[1:]))
        target = re.sub(r"/_history/[^/]+$", "", target)
        if ":" in target:
            return self.by_url.get(target)
        base = (of.parent or of).url.removesuffix(tail((of.parent or of).url))
        return self.by_url.get(base + target) or self.by_type_and_id.get(target)

    def add(self, raw: dict[str, Any], url: str = "", parent: Resource | None = None) -> None:
        """Keep a resource, and those inside it."""
        kind = text_of(raw.get("resourceType"))
        if kind not in MODELS:
            return
        resource = Resource(kind, raw, url, parent)
        resource.model, resource.unclear = _validated(kind, raw)
        self.found.append(resource)
        if parent is not None:
            self.contained.setdefault((id(parent), resource.id), resource)
        if parent is None:
            if url:
                self.by_url.setdefault(url, resource)
            for name in {f"{kind}/{resource.id}", tail(url)} - {f"{kind}/", ""}:
                # Two servers may use the same id: then a relative reference leads nowhere.
                taken = name in self.by_type_and_id
                self.by_type_and_id[name] = None if taken else resource
            for inner in _dicts(raw.get("contained")):
                self.add(inner, parent=resource)


# An escaped NUL, which no database holds; an escaped backslash before it is another thing.
_NUL = re.compile(r"(\\\\)|\\u0000")


def text_of(value: Any) -> str:
    """A text without blanks around it, "" for anything that is no text."""
    return value.strip() if isinstance(value, str) else ""


def tail(reference: str) -> str:
    """`Patient/pat2` of any URL that ends so; other references as they are."""
    found = re.search(r"([A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64})$", reference)
    return found[1] if found else reference


def open_library(data: bytes) -> Library:
    """Read a Bundle, a DiagnosticReport or an Observation. Raises NotReadable."""
    root = _json(data)
    if not isinstance(root, dict):
        raise NotReadable("the file is JSON, but not a FHIR resource")
    kind = text_of(root.get("resourceType"))
    if kind not in READABLE:
        named = f" ({kind})" if re.fullmatch(r"[A-Z][A-Za-z]{1,40}", kind) else ""
        raise NotReadable(
            f"not a resource that holds results{named}: "
            "only Bundle, DiagnosticReport and Observation are read"
        )
    library = Library(root)
    if kind != "Bundle":
        library.add(root)
        return library
    if root.get("type") not in BUNDLES:
        raise NotReadable("a bundle of this type holds no results to store")
    for entry in _dicts(root.get("entry")):
        if isinstance(resource := entry.get("resource"), dict):
            library.add(resource, text_of(entry.get("fullUrl")))
            if _asks_to_delete(entry) and library.found:
                library.found[-1].unclear = "the bundle asks to delete it, which only staff may do"
    return library


def _json(data: bytes) -> Any:
    """JSON with numbers exactly as written."""
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return json.loads(
            _NUL.sub(r"\1", data.decode(encoding)),
            parse_float=_decimal,
            parse_int=_decimal,
            parse_constant=_refuse,
            object_pairs_hook=_once_each,
        )
    except UnicodeDecodeError as error:
        raise NotReadable("the file is not text in UTF-8") from error
    except json.JSONDecodeError as error:
        raise NotReadable(
            f"the file is not complete JSON (line {error.lineno}, column {error.colno})"
        ) from error
    except TwiceNamed as error:
        raise NotReadable("the file names one field twice in the same place") from error
    except RecursionError as error:
        raise NotReadable("the file is JSON that is nested too deeply") from error
    except ValueError as error:
        why = "the file holds a number that is none (NaN, Infinity) or far too long"
        raise NotReadable(why) from error


def _decimal(text: str) -> Decimal:
    if len(text) > 60:
        raise ValueError
    return Decimal(text)


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; a name that stands in it twice may mean either value."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise TwiceNamed
    return found


def _asks_to_delete(entry: dict[str, Any]) -> bool:
    request = entry.get("request")
    return isinstance(request, dict) and text_of(request.get("method")).upper() == "DELETE"


def _refuse(_: str) -> Decimal:
    raise ValueError


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _validated(kind: str, raw: dict[str, Any]) -> tuple[Any, str]:
    """The typed resource, and why it must not be relied on: FHIR's modifiers change the meaning."""
    kept = {key: value for key, value in raw.items() if key not in _LEFT_OUT}
    try:
        model = MODELS[kind].model_validate(kept)
    except INVALID:
        try:
            model = MODELS[kind].model_validate(tolerant(kind, kept))
        except INVALID:
            return None, f"the {kind} is not valid FHIR R4"
    if raw.get("modifierExtension") or raw.get("implicitRules"):
        return model, f"the {kind} carries a modifier that is not understood"
    return model, ""
