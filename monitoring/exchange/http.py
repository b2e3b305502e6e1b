"""``POST /api/v1/labs/…``: results over HTTP, let in by a laboratory's token.

No session, no cookie and no CSRF token: the bearer token takes their place (SEC-23). In this order:
verb, token, limit, type, size, and only then is the body read.
"""

import codecs
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import Message

from allauth.account.adapter import get_adapter
from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from messaging.clock import database_now
from monitoring.exchange import door, outcomes
from monitoring.exchange.acknowledgements import acknowledge, has_header
from monitoring.exchange.taking import Answer, Failure, Taken, TooMany, take, worst
from monitoring.intake.report import Format
from monitoring.models import LabToken
from people import links

LONGEST_BODY = 8 * 1024 * 1024
_CHUNK = 64 * 1024
_REALM = 'Bearer realm="laboratory results"'
_HL7_TYPES = ("text/plain", "application/hl7-v2")
_FHIR_TYPES = ("application/fhir+json",)
_KEPT_AS_SENT = {"utf-8", "ascii"}
_CHARSETS = ("utf-8", "ascii", "iso8859", "cp125", "utf-16")


class Refused(Exception):
    """The call is not taken in: status, FHIR issue type, words, and headers of the answer."""

    def __init__(self, status: int, code: str, text: str, **headers: str) -> None:
        super().__init__(text)
        self.status, self.code, self.text = status, code, text
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


@dataclass(frozen=True, slots=True)
class Call:
    """A call that may come in: whose it is, its body, and how it was described."""

    token: LabToken
    body: bytes
    content_type: str
    charset: str
    now: datetime


Reading = Callable[[Call], HttpResponse]
Refusing = Callable[[Refused], HttpResponse]


def _door(types: tuple[str, ...], refuse: Refusing) -> Callable[[Reading], Reading]:
    """What both addresses check before a body is looked at."""

    def decorate(reading: Reading) -> Callable[[HttpRequest], HttpResponse]:
        @csrf_exempt
        @login_not_required
        def view(request: HttpRequest) -> HttpResponse:
            try:
                return reading(_call(request, types))
            except Refused as refused:
                response = refuse(refused)
                for name, value in refused.headers.items():
                    response.headers[name] = value
                return response

        view.__doc__ = reading.__doc__
        return view

    return decorate  # type: ignore[return-value]


def _call(request: HttpRequest, types: tuple[str, ...]) -> Call:
    if request.method != "POST":
        raise Refused(405, "not-supported", "Results are handed in by POST.", Allow="POST")
    try:
        now = database_now()
        token = _token(request, now=now)
    except (OperationalError, InterfaceError):
        # A broken connection must not be handed to the next request.
        connection.close()
        raise Refused(503, "transient", Failure.DATABASE.value, Retry_After="60") from None
    content_type, charset = _type(request, types)
    return Call(token, _body(request), content_type, charset, now)


def _token(request: HttpRequest, *, now: datetime) -> LabToken:
    origin = links.origin_of(f"laboratory {get_adapter().get_client_ip(request)}")
    try:
        return door.admit(request.headers.get("Authorization", ""), origin_hash=origin, now=now)
    except door.NotLetIn as error:
        challenge = f'{_REALM}, error="invalid_token"' if error.sent else _REALM
        text = "A valid laboratory token is needed: Authorization: Bearer …"
        raise Refused(401, "login", text, WWW_Authenticate=challenge) from None
    except door.TooOften as error:
        text = "Too many calls in a minute: wait, then send again."
        raise Refused(429, "throttled", text, Retry_After=str(error.retry_after)) from None


def _type(request: HttpRequest, types: tuple[str, ...]) -> tuple[str, str]:
    described = Message()
    described["Content-Type"] = request.META.get("CONTENT_TYPE") or "application/octet-stream"
    accepted = " or ".join(types)
    if described.get_content_type() not in types:
        raise Refused(415, "not-supported", f"The body must be {accepted}.", Accept_Post=accepted)
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Refused(415, "not-supported", "The body must not be compressed.")
    named = str(described.get_param("charset") or "")
    try:
        charset = codecs.lookup(named).name if named else ""
    except LookupError:
        charset = "unknown"
    if charset and not charset.startswith(_CHARSETS):
        raise Refused(415, "not-supported", "The character set of the body is not known.")
    return described.get_content_type(), charset


def _body(request: HttpRequest) -> bytes:
    length = request.META.get("CONTENT_LENGTH") or ""
    if not (length.isascii() and length.isdigit()):
        raise Refused(411, "required", "The body needs a Content-Length.")
    if len(length) > 12 or int(length) > LONGEST_BODY:
        text = f"The body is longer than {LONGEST_BODY:,} bytes: send it in parts."
        raise Refused(413, "too-long", text)
    pieces: list[bytes] = []
    left = int(length)
    try:
        while left and (piece := request.read(min(left, _CHUNK))):
            pieces.append(piece)
            left -= len(piece)
    except UnreadablePostError:
        left = max(left, 1)
    if left:
        raise Refused(400, "incomplete", "The body ended early: nothing of it was kept.")
    body = b"".join(pieces)
    if not body.strip(b" \t\r\n\x00\x1a"):
        raise Refused(400, "required", "The body is empty.")
    return body


def _taken(call: Call, body: bytes, wire: Format) -> list[Taken]:
    try:
        taken = take(
            body, wire=wire, clinic=call.token.clinic, source="api", by=call.token, now=call.now
        )
    except TooMany:
        raise Refused(413, "too-long", "The body holds too many messages.") from None
    if any(each.failure is Failure.DATABASE for each in taken):
        connection.close()
    return taken


def _status(taken: list[Taken], *, readable: bool) -> int:
    """503 and 500: send again. 422 and 400: at least one message is not usable. Else well."""
    decisive = worst(taken)
    if decisive.failure:
        return 503 if decisive.failure is Failure.DATABASE else 500
    if decisive.answer is not Answer.ACCEPTED:
        return 422 if readable else 400
    return 200


def _plain(refused: Refused) -> HttpResponse:
    return HttpResponse(
        refused.text + "\n", status=refused.status, content_type="text/plain; charset=utf-8"
    )


@_door(_HL7_TYPES, _plain)
def hl7v2(call: Call) -> HttpResponse:
    """HL7 v2: each message of the body is answered by its own acknowledgement, in order."""
    sent = call.charset
    body = _kept(call.body, sent)
    taken = _taken(call, body, Format.HL7V2)
    answer = b"".join(acknowledge(each, now=call.now) for each in taken)
    status = _status(taken, readable=any(has_header(each) for each in taken))
    charset = "utf-8" if sent else ""
    kind = f"{call.content_type}; charset={charset}" if charset else call.content_type
    return HttpResponse(answer, status=status, content_type=kind)


def _kept(body: bytes, charset: str) -> bytes:
    """The body as it is kept, so that it reads the same later, without the header of this call.

    What is UTF-8 is that whatever was named, as over MLLP: clients add a character set by
    themselves. UTF-8 or ASCII named in vain counts as nothing named.
    """
    if not charset or charset in _KEPT_AS_SENT:
        return body
    if not charset.startswith("utf-16") and _is_utf8(body):
        return body
    try:
        return body.decode(charset).encode()
    except UnicodeError:
        raise Refused(400, "invalid", "The body is not in the named character set.") from None


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeError:
        return False
    return True


def _outcome(refused: Refused) -> HttpResponse:
    return _fhir(outcomes.refusal(refused.code, refused.text), refused.status)


def _fhir(resource: dict[str, object], status: int) -> JsonResponse:
    return JsonResponse(resource, status=status, content_type="application/fhir+json")


@_door(_FHIR_TYPES, _outcome)
def fhir(call: Call) -> HttpResponse:
    """FHIR R4: 201 when something is new, 200 when all was known, with an OperationOutcome."""
    if call.charset and call.charset not in _KEPT_AS_SENT:
        raise Refused(415, "not-supported", "FHIR is JSON in UTF-8.")
    (taken,) = _taken(call, call.body, Format.FHIR)
    usable = taken.answer is Answer.ACCEPTED or _is_json(call.body)
    status = _status([taken], readable=usable)
    return _fhir(outcomes.outcome(taken), 201 if status == 200 and taken.new else status)


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True
