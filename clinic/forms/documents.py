"""A document to share, and why one is withdrawn."""

from typing import Any

from django import forms

from clinic.forms.base import StaffForm
from monitoring import documents, pictures
from monitoring.documents import MOST_BYTES, File

_MEGABYTES = MOST_BYTES // (1024 * 1024)
TOO_LARGE = f"At most {_MEGABYTES} MB."
NOT_A_DOCUMENT = "This is no PDF and no picture, whatever its name says."
RUNS = (
    "This PDF holds a script, another file, a form that sends, or a lock. Print it into a new PDF "
    "and share that."
)


class DocumentForm(StaffForm):
    """A file with the name that its readers see. What it is, is decided from its content."""

    title = forms.CharField(label="Name", max_length=80, help_text="As the patient reads it.")
    file = forms.FileField(
        label="File",
        help_text=f"PDF, JPEG, PNG or WebP, at most {_MEGABYTES} MB. Its own name is not kept.",
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png,image/webp"}),
    )

    def clean_file(self) -> File:
        """The file as it may be kept."""
        sent = self.cleaned_data["file"]
        if sent.size > MOST_BYTES:
            raise forms.ValidationError(TOO_LARGE)
        try:
            return documents.checked(sent.read())
        except (documents.TooLarge, pictures.TooLarge):
            raise forms.ValidationError(TOO_LARGE) from None
        except documents.NotADocument:
            raise forms.ValidationError(NOT_A_DOCUMENT) from None
        except documents.Runs:
            raise forms.ValidationError(RUNS) from None


class WithdrawForm(StaffForm):
    """Which document goes, and why."""

    which = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(label="Why", min_length=3, max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=False, **kwargs)
