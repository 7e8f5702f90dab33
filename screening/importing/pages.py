"""Sections of a form from elsewhere -> pages: one topic a page, long ones in parts, headings kept.

A page holds about eight questions, so that it is quickly read and quickly saved. Groups stand one level deep on a
page; what is nested deeper stands beside its group, under a heading of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any as Anything

from screening.definition import fhir_terms as terms
from screening.definition.conditions import every
from screening.definition.model import Condition, Display, Grid, Group, Item, Page, SimpleItem, walk_items
from screening.definition.reader import MAX_LINE
from screening.importing import plain_text
from screening.importing.blocks import Block, Section, with_condition
from screening.importing.names import Names, short_slug
from screening.importing.portions import MAX_ON_PAGE, around_everything, chunks, count, only_section, stem
from screening.importing.questions import own_marks
from screening.importing.wording import cut_title

_FEW = 2
"""Questions up to which a table or a list of entries shares a page with what stands beside it."""


def own_pages(blocks: Iterable[Block]) -> tuple[Page, ...] | None:
    """Return the pages of an export of ours, each section one, as it was; None if it was built anew elsewhere."""
    pages = [_own_page(block) if isinstance(block, Section) else None for block in blocks]
    whole = tuple(page for page in pages if page is not None)
    return whole if len(whole) == len(pages) else None


def _own_page(section: Section) -> Page | None:
    items = [_own_item(block) for block in section.blocks]
    whole = tuple(item for item in items if item is not None)
    if len(whole) < len(items) or not section.title or section.help:
        return None
    return Page(
        id=section.id,
        link_id=section.link_id,
        title=section.title,
        items=whole,
        intro=section.words.first("intro"),
        enable_when=section.condition,
        **_own_keys(section),
    )


def _own_item(block: Block) -> Item | None:
    if not isinstance(block, Section):
        return block
    items = tuple(item for item in block.blocks if not isinstance(item, Section | Group | Grid))
    return _group(block, items, block.id, block.link_id) if len(items) == len(block.blocks) else None


def _own_keys(section: Section) -> dict[str, Anything]:
    """Return what only exports of ours say of a page."""
    return {
        "recall": section.words.first("recall"),
        "sensitive": section.words.first("sensitive"),
        "reading_level_reason": section.part.extensions.text(terms.READING_LEVEL_REASON) or None,
    } | own_marks(section.part)


class Layout:
    """Lays out blocks on pages. ``title`` is the form's, for pages that have none of their own."""

    def __init__(self, names: Names, title: str) -> None:
        self._names = names
        self._title = title
        self._waiting: list[Item] = []
        self._pages: list[Page] = []

    def pages(self, blocks: list[Block]) -> tuple[Page, ...]:
        """Return the pages; none if nothing is asked."""
        self._topics(blocks)
        if self._waiting and self._pages:
            self._pages[-1] = _with_information(self._pages[-1], after=self._waiting)
        return tuple(self._pages)

    def _topics(self, blocks: list[Block]) -> None:
        around = around_everything(blocks)
        loose: list[Block] = []
        for block in blocks:
            is_topic = isinstance(block, Section) and (block.is_topic or count([block]) > MAX_ON_PAGE)
            is_table = isinstance(block, Group | Grid) and count([block]) > _FEW
            if not is_topic and not is_table:
                loose.append(block)
                continue
            self._run(loose, self._title, None)
            loose = []
            if block is around:
                self._announce(around, None)
                self._topics(around.blocks)
            elif isinstance(block, Section):
                self._section(block, None)
            elif isinstance(block, Group | Grid):
                title = block.text if len(block.text) <= plain_text.MAX_TITLE else self._title
                self._page([block], title, None)
        self._run(loose, self._title, None)

    def _section(self, section: Section, around: Condition | None) -> None:
        """Lay out one section, on pages of its own."""
        condition = _both(around, section.condition)
        title, intro = _title_and_intro(section)
        title = title or self._title
        if count(section.blocks) <= MAX_ON_PAGE:
            self._page(section.blocks, title, condition, intro, section)
            return
        is_first = True
        run: list[Block] = []
        for block in (*section.blocks, None):
            if block is not None and not (isinstance(block, Section) and count(block.blocks) > MAX_ON_PAGE):
                run.append(block)
                continue
            if is_first and (only_section(run) or not run):
                self._announce(section, condition)
                intro = ""
            self._run(run, title, condition, intro if is_first else "", section)
            run, is_first = [], False
            if isinstance(block, Section):
                self._section(block, condition)

    def _run(
        self, blocks: list[Block], title: str, condition: Condition | None, intro: str = "", of: Section | None = None
    ) -> None:
        """Lay out blocks that follow each other on as many pages as they need."""
        parts = list(chunks(blocks)) if blocks else []
        for number, part in enumerate(parts, start=1):
            only = only_section(part)
            if only is not None and only.title and only.is_topic and len(parts) > 1:
                if number == 1 and of is not None:
                    self._announce(of, condition)
                    intro = ""
                self._section(only, condition)
                continue
            numbered = f"{title} ({number}/{len(parts)})" if len(parts) > 1 else title
            self._page(part, numbered, condition, intro, of)
            if number == 1:
                intro = stem(intro, part) if of else ""

    def _page(
        self, blocks: list[Block], title: str, condition: Condition | None, intro: str = "", of: Section | None = None
    ) -> None:
        items = [item for block in blocks for item in self._items(block, None)]
        if not any(item.asks for item in walk_items(items)):
            # Information alone makes no page; it goes to the next one.
            if of is not None:
                self._announce(of, condition)
            self._waiting += [_with(item, condition) for item in items]
            return
        name, link_id = self._page_name(of, title)
        own = _own_keys(of) if of else {}
        page = Page(
            id=name, link_id=link_id, title=title[:MAX_LINE], intro=intro or None, items=tuple(items),
            enable_when=condition, **own,
        )  # fmt: skip
        self._pages.append(_with_information(page, before=self._waiting))
        self._waiting = []

    def _page_name(self, section: Section | None, title: str) -> tuple[str, str | None]:
        """Return the id and linkId of a page: those of its section, if nothing else has them yet."""
        if section is not None and not section.is_named:
            section.is_named = True
            return section.id, section.link_id
        return self._names.new(short_slug(title), "page"), None

    def _announce(self, section: Section, condition: Condition | None) -> None:
        """Have a section's heading and introduction stand before its first page, which is another section's."""
        title, intro = _title_and_intro(section)
        if title and plain_text.words_of(title) == plain_text.words_of(self._title):
            title = ""
        text = "\n\n".join(filter(None, [title, intro]))
        if text:
            name, link_id = self._page_name(section, title)
            self._waiting.append(Display(id=name, link_id=link_id, text=text, enable_when=condition))

    def _items(self, block: Block, around: Condition | None) -> Iterator[Item]:
        """Yield the items of a block, groups one level deep."""
        if not isinstance(block, Section):
            yield _with(block, around)
            return
        condition = _both(around, block.condition)
        simple: list[SimpleItem] = []
        is_headed = False
        for inner in (*block.blocks, None):
            if inner is not None and not isinstance(inner, Section | Group | Grid):
                simple.append(inner)
                continue
            is_plain = not block.title or (len(simple) == 1 and simple[0].text == block.title)
            if simple and not is_plain:
                name, link_id = self._page_name(block, block.title)
                yield _group(replace(block, condition=condition), tuple(simple), name, link_id)
            else:
                if not is_headed and (block.help or (block.title and not simple)):
                    name, link_id = self._page_name(block, block.title)
                    text = "\n\n".join(filter(None, [block.title, block.help]))
                    yield Display(id=name, link_id=link_id, text=text, enable_when=condition)
                yield from (_with(item, condition) for item in simple)
            simple, is_headed = [], True
            if inner is not None:
                yield from self._items(inner, condition)


def _title_and_intro(section: Section) -> tuple[str, str]:
    title, rest = cut_title(section.part)
    return title, "\n\n".join(filter(None, [rest, section.words.first("intro"), section.help]))


def _with_information(page: Page, *, before: Iterable[Item] = (), after: Iterable[Item] = ()) -> Page:
    """Return the page with information texts that do not share its condition."""
    before, after = tuple(before), tuple(after)
    if not before and not after:
        return page
    items = tuple(_with(item, page.enable_when) for item in page.items)
    return replace(page, items=(*before, *items, *after), enable_when=None)


def _group(section: Section, items: tuple[SimpleItem, ...], name: str, link_id: str | None) -> Group:
    title, rest = plain_text.split_at_sentence(section.title, MAX_LINE)
    hint = "\n\n".join(filter(None, [rest, section.help])) or None
    return Group(
        id=name, link_id=link_id, text=title, help=hint, enable_when=section.condition, items=items,
        **own_marks(section.part),
    )  # fmt: skip


def _with(item: Item, condition: Condition | None) -> Item:
    found = with_condition(item, condition)
    assert not isinstance(found, Section)
    return found


def _both(first: Condition | None, second: Condition | None) -> Condition | None:
    both = [part for part in (first, second) if part is not None]
    return every(both) if both else None
