"""How much of a form goes on one page: which blocks are topics, and how a long run of them is parted."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from screening.definition.conditions import references
from screening.definition.model import Display, Grid, Group, Item, walk_items
from screening.importing.blocks import Block, Section

MAX_ON_PAGE = 8
"""Questions on a page, about."""

_MAX_STEM = 400
"""Characters of an introduction that is said again where its questions go on over several pages."""

_TABS = ("tab-container", "tab", "page")
"""How groups say that each part of them stands on a page of its own."""

_TOLERANCE = 2
"""Questions beyond that which a page may have, to keep a follow-up with its question."""


def count(blocks: Iterable[Block]) -> int:
    """Return how many questions a page with these blocks would ask, each part of an entry counted."""
    total = 0
    for block in blocks:
        if isinstance(block, Section):
            total += count(block.blocks)
        elif isinstance(block, Group | Grid):
            total += sum(item.asks for item in block.items)
        else:
            total += block.asks
    return total


def around_everything(blocks: list[Block]) -> Section | None:
    """Return the one section that is around all topics, if there is one: it is no topic itself."""
    asking = [block for block in blocks if count([block])]
    if len(asking) != 1 or not isinstance(asking[0], Section) or asking[0].condition is not None:
        return None
    section = asking[0]
    inner = [block for block in section.blocks if isinstance(block, Section)]
    is_tabbed = any(not block.part.controls.isdisjoint(_TABS) for block in (section, *inner))
    return section if inner and (count([section]) > MAX_ON_PAGE or is_tabbed) else None


def chunks(blocks: list[Block]) -> Iterator[list[Block]]:
    """Yield the blocks in parts of about the same number of questions, none far beyond what a page holds."""
    parts = math.ceil(count(blocks) / MAX_ON_PAGE) or 1
    target = math.ceil(count(blocks) / parts)
    chunk: list[Block] = []
    size = 0
    for block in blocks:
        more = count([block])
        if size and more and (size >= target or size + more > MAX_ON_PAGE):
            follows = size + more <= MAX_ON_PAGE + _TOLERANCE and _follows(block, chunk)
            if not follows:
                kept = _trailing_information(chunk)
                yield chunk[: len(chunk) - len(kept)]
                chunk, size = kept, 0
        chunk.append(block)
        size += more
    if chunk:
        yield chunk


def _trailing_information(chunk: list[Block]) -> list[Block]:
    """Return the information texts at the end, which introduce what follows."""
    place = len(chunk)
    while place > 1 and isinstance(chunk[place - 1], Display):
        place -= 1
    return chunk[place:]


def _follows(block: Block, chunk: list[Block]) -> bool:
    """Tell whether a block is asked because of an answer on the same page."""
    condition = block.condition if isinstance(block, Section) else block.enable_when
    if condition is None:
        return False
    ids = {item.id for other in chunk for item in _inside(other)}
    return any(comparison.item in ids for comparison in references(condition))


def _inside(block: Block) -> Iterator[Item]:
    if isinstance(block, Section):
        for inner in block.blocks:
            yield from _inside(inner)
    else:
        yield from walk_items([block])


def only_section(chunk: list[Block]) -> Section | None:
    """Return the section that a run of blocks consists of, if it is a single one."""
    return chunk[0] if len(chunk) == 1 and isinstance(chunk[0], Section) else None


def stem(intro: str, chunk: list[Block]) -> str:
    """Return the words before the first question that later pages of the section need too; "" if they are long."""
    found = [intro] if intro else []
    for block in chunk:
        if not isinstance(block, Display) or block.enable_when is not None:
            break
        found.append(block.text)
    stem = "\n\n".join(found)
    return stem if len(stem) <= _MAX_STEM else ""
