"""The keys of a questionnaire and of its pages: which there are, which there must be, and how each is read."""

from __future__ import annotations

import re
from collections.abc import Mapping

from screening.definition.item_keys import Read, read_link_id, read_topic
from screening.definition.languages import is_known
from screening.definition.nodes import Node, Scalar
from screening.definition.reader import Reader

QUESTIONNAIRE_ID = re.compile(r"[a-z][a-z0-9-]*")
VERSION = re.compile(r"(?!\.+$)[A-Za-z0-9._-]+")  # it stands in addresses and file names
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?")
LICENSE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")
MAX_VERSION = 20


def read_version(reader: Reader, node: Node, what: str) -> str | None:
    """Read the version, a short name."""
    return reader.pattern(node, what, VERSION, "use letters, digits, -, _ and ., like 2026.1", limit=MAX_VERSION)


def read_language(reader: Reader, node: Node, what: str) -> str | None:
    """Read a language tag (BCP 47)."""
    tag = reader.pattern(node, what, LANGUAGE, "write a BCP 47 tag like en, es or pt-BR")
    if tag and not is_known(tag):
        reader.error(
            node.mark, f"{what} can't be {tag}: no such language is known; write it like en, es or pt-BR", "form"
        )
        return None
    return tag


def read_license(reader: Reader, node: Node, what: str) -> str | None:
    """Read the short name of a licence (SPDX)."""
    return reader.pattern(node, what, LICENSE, "write an SPDX identifier like CC-BY-4.0")


def read_identifier(reader: Reader, node: Node, what: str) -> str | None:
    """Read a questionnaire's id."""
    return reader.pattern(node, what, QUESTIONNAIRE_ID, "use small letters, digits and -, starting with a letter")


def read_reviewed(reader: Reader, node: Node, what: str) -> str | bool | None:
    """Read ``no``, or who reviewed the questionnaire and when."""
    if isinstance(node, Scalar) and node.value in ("no", "false"):
        return False
    if isinstance(node, Scalar) and node.value in ("yes", "true"):
        reader.error(node.mark, f"{what}: say who reviewed it and when, for instance Dr A. Novak, 2026-05-01", "value")
        return None
    return reader.text(node, what)


KEYS: Mapping[str, Read] = {
    "id": read_identifier,
    "version": read_version,
    "title": Reader.text,
    "description": Reader.paragraphs,
    "language": read_language,
    "copyright": Reader.paragraphs,
    "license": read_license,
    "clinically_reviewed": read_reviewed,
    "source": Reader.paragraphs,
}
"""The keys of a questionnaire that are read on their own; `option_sets` and `pages` are read beside them."""

REQUIRED_KEYS = ("id", "version", "title", "language", "copyright", "pages")

PAGE_KEYS: Mapping[str, Read] = {
    "link_id": read_link_id,
    "title": Reader.text,
    "intro": Reader.paragraphs,
    "recall": Reader.text,
    "sensitive": Reader.paragraphs,
    "topic": read_topic,
    "off_by_default": Reader.flag,
    "reading_level_reason": Reader.text,
}
"""The keys of a page that are read on their own; `id`, `enable_when` and `items` are read beside them."""

REQUIRED_PAGE_KEYS = ("id", "title", "items")
