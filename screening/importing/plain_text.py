"""Texts from elsewhere -> texts as our language has them: plain, on one line or in paragraphs, not too long."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from screening.definition.nodes import BIDI_CONTROL, FORBIDDEN_CHARACTER

MAX_TITLE = 80
"""Characters from which on a heading is no title but a sentence."""

_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_TAG = re.compile(
    r"</?(?:a|b|br|center|div|em|font|h[1-6]|hr|i|img|li|ol|p|small|span|strong|sub|sup|table|td|th|tr|u|ul)\b[^<>]*>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,6}|#x[0-9a-fA-F]{1,5});")
_SENTENCE_END = re.compile(r"[.?!:;…。？！]['\"”’)]*(?=\s)")


def paragraphs(text: str) -> str:
    """Return the text without characters that hide or reorder others; line breaks stay."""
    text = _BREAKS.sub("\n", text).replace("\t", " ")
    for pattern in (FORBIDDEN_CHARACTER, BIDI_CONTROL, _SURROGATES):
        text = pattern.sub("", text)
    return text.strip()


def line(text: str) -> str:
    """Return the text on one line, else as `paragraphs` does."""
    text = paragraphs(text)
    return " ".join(part.strip() for part in text.split("\n") if part.strip()) if "\n" in text else text


def has_markup(text: str) -> bool:
    """Tell whether HTML stands in a text that should be plain."""
    return bool(_TAG.search(text) or _ENTITY.search(text))


def from_html(markup: str) -> str:
    """Return the words of HTML, paragraphs and list entries on lines of their own; nothing is fetched or run."""
    collector = _Words()
    collector.feed(markup)
    collector.close()
    found = paragraphs("".join(collector.parts).replace("\xa0", " "))
    lines = [" ".join(part.split()) for part in found.split("\n")]
    return re.sub("\n{3,}", "\n\n", "\n".join(lines)).strip()


def from_markdown(text: str) -> str:
    """Return the words of Markdown: emphasis, headings, links and pictures lose their marks."""
    text = re.sub(r"!\[([^\]\n]{0,300})\]\([^)\n]{0,1000}\)", r"\1", text)
    text = re.sub(r"\[([^\]\n]{1,300})\]\(([^)\n]{0,1000})\)", r"\1", text)
    text = re.sub(r"^[ \t]{0,3}#{1,6}[ \t]+", "", text, flags=re.MULTILINE)
    text = re.sub(r"(\*\*|__)(?=\S)([^*_\n]{1,1000}?)(?<=\S)\1", r"\2", text)
    text = re.sub(r"(?<![\w*])\*(?=\S)([^*\n]{1,1000}?)(?<=\S)\*(?![\w*])", r"\1", text)
    return paragraphs(from_html(text) if has_markup(text) else text)


def cut_at_word(text: str, limit: int) -> str:
    """Return the text, or as much of its start as fits with "…" after a whole word."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    whole = head.rsplit(" ", 1)[0] if " " in head and text[limit - 1] != " " else head
    if len(whole) < limit // 2:
        whole = head
    return whole.rstrip(" ,;:.-–(/") + "…"


def split_at_sentence(text: str, limit: int) -> tuple[str, str]:
    """Return a start of at most ``limit`` characters and the rest: at a sentence's end, else at a word's."""
    if len(text) <= limit:
        return text, ""
    ends = [match.end() for match in _SENTENCE_END.finditer(text[: limit + 1])]
    place = ends[-1] if ends and ends[-1] <= limit else text.rfind(" ", 0, limit)
    if place <= 0:
        place = limit
    return text[:place].rstrip(), text[place:].lstrip()


def words_of(text: str) -> list[str]:
    """Return the words of a text, for telling whether two texts say the same."""
    return re.findall(r"\w+", text.casefold())


class _Words(HTMLParser):
    """Collects the words of HTML."""

    _BLOCKS = frozenset(("p", "div", "br", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr"))
    _HIDDEN = frozenset(("script", "style", "head", "title", "template"))

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in self._HIDDEN:
            self._hidden += 1
        elif tag in self._BLOCKS:
            self.parts.append("\n- " if tag == "li" else "\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in self._BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data.replace("\n", " "))
