"""What a post may hold, whoever sends it. Answers to strangers must not be larger, or costlier, than what they sent."""

from __future__ import annotations

from io import BytesIO
from typing import IO

from flask import Flask, Request, abort, request

MAX_FIELDS = 500
"""More than the largest form of ours has."""
MAX_GIVEN_BACK = 100_000
"""Characters of typed text that are given back to somebody whom no session names."""


class InMemory(Request):
    """A request whose files stay in memory: they can hold answers, and none may reach the disk of the server."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return BytesIO()


def init_app(app: Flask) -> None:
    """Limit the fields of every form, and keep files off the disk."""
    app.request_class = InMemory
    app.config["MAX_FORM_PARTS"] = MAX_FIELDS  # of multipart forms
    app.before_request(_limit_fields)


def _limit_fields() -> None:
    """Refuse (413) a form of too many fields before it is taken apart, which could take seconds."""
    if request.mimetype == "application/x-www-form-urlencoded":
        body = request.get_data(parse_form_data=False)
        if body.count(b"&") >= MAX_FIELDS:
            abort(413)
