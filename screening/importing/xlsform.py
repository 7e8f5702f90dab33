"""XLSForm (.xlsx, as ODK, KoboToolbox and others use it) -> a questionnaire of ours.

pyxform reads the spreadsheet; what it makes of that becomes a FHIR Questionnaire here, which goes the way of all forms.
So pages, ids, option sets and losses are alike wherever a form came from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any as Anything

from screening.definition.fhir_terms import Json, item_control
from screening.importing import plain_text
from screening.importing.fhir import Source, import_fhir, import_resource
from screening.importing.result import Imported, ImportRefused, Losses
from screening.importing.xlsform_questions import OPEN, OTHER, Question, kind_of, left_out, question_keys
from screening.importing.xlsform_source import is_workbook, maps_in, read_workbook
from screening.importing.xlsform_texts import Texts, base_language
from screening.importing.xpath import RELEVANT, RelevantConditions

_MAX_DEPTH = 14
_TABLE_LABELS = ("generated_table_list_label_", "reserved_name_for_field_list_labels_")
"""How the items begin that pyxform adds to a group shown as a table."""


def import_form(
    data: bytes,
    *,
    name: str,
    value_sets: Iterable[Json] = (),
    attest: str | None = None,
    open_valuesets: bool = False,
) -> Imported:
    """Return the questionnaire in a file, an XLSForm or a FHIR Questionnaire; see `import_fhir` for the arguments."""
    if not is_workbook(data):
        return import_fhir(data, name=name, value_sets=value_sets, attest=attest, open_valuesets=open_valuesets)
    return import_resource(read_xlsform(data, name), attest=attest)


def read_xlsform(data: bytes, name: str) -> Source:
    """Return the form in an .xlsx file; ImportRefused if there is none. ``name`` is the file's."""
    path = PurePath(name)
    tree, settings = read_workbook(data, path.stem or "form")
    reading = _Reading(Texts(base_language(tree)), "\n".join(_relevants(tree)))
    items = [item for child in _children(tree, reading.relevants) for item in reading.item(child, None, 1)]
    if not items:
        raise ImportRefused("the form has no questions, so there is nothing to ask")
    known = {
        "id": str(tree.get("id_string") or ""),
        "title": str(tree.get("title") or ""),
        "version": str(tree.get("version") or ""),
        "language": reading.texts.language,
        "copyright": settings.get("copyright", ""),
    }
    resource: Json = {"resourceType": "Questionnaire", **{key: text for key, text in known.items() if text}}
    if reading.texts.nameless:
        names = ", ".join(sorted(reading.texts.nameless))
        reading.losses.add(f"the texts under {names} are left out: that names no language; write it like Español (es)")
    resource["item"] = items
    return Source(resource, "XLSForm", path.name, RelevantConditions, reading.left_out, reading.losses)


@dataclass(slots=True)
class _Reading:
    """Turns pyxform's tree into FHIR items, in form order."""

    texts: Texts
    relevants: str
    """Every condition of the form, a line each."""
    losses: Losses = field(default_factory=Losses)
    left_out: dict[str, str] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)

    def item(self, node: Json, parent: Json | None, depth: int) -> Iterator[Json]:
        """Yield the item of a node; none for what pyxform added by itself."""
        name = str(node.get("name") or "")
        control = node.get("control")
        is_own = isinstance(control, dict) and control.get("bodyless") is True
        if is_own or name.startswith(_TABLE_LABELS) or node.get("type") in ("", None):
            return
        if depth > _MAX_DEPTH:
            raise ImportRefused(f"{name}: groups are nested more than {_MAX_DEPTH} levels deep")
        question = Question(node, self._link_id(name, parent), self.texts, self.losses)
        kind = kind_of(question)
        found: Json = {"linkId": question.link_id, "type": kind, **self._words(question, kind), **_relevant(question)}
        why = left_out(question)
        if why:
            self.left_out[question.link_id] = why
            found["type"] = "group" if kind == "group" else "string"
        elif kind == "group":
            found |= self._group(question)
        elif kind != "display":
            found |= question_keys(question)
        self._lose(question, kind, is_asked=not why)
        inner = [item for child in _children(node, self.relevants) for item in self.item(child, node, depth + 1)]
        if inner:
            found["item"] = [*maps_in(found, "item"), *inner]
        if kind != "group" or inner:
            yield found

    def _link_id(self, name: str, parent: Json | None) -> str:
        """Return a name that no other item has: the same one may stand in several groups."""
        found = name if name not in self._taken or parent is None else f"{parent.get('name')}/{name}"
        number, stem = 2, found
        while found in self._taken:
            found, number = f"{stem}_{number}", number + 1
        self._taken.add(found)
        return found

    def _words(self, question: Question, kind: str) -> Json:
        """Return an item's text, and its hint as an item beside it."""
        label = _table_label(question.node) or question.node.get("label")
        found = self.texts.keys("text", label)
        if not found and kind not in ("group", "display") and not left_out(question):
            question.lose("it has no label; its name stands in its place")
            found = {"text": plain_text.line(question.link_id.replace("_", " "))}
        hints = [self.texts.keys("text", question.node.get(key)) for key in ("hint", "guidance_hint")]
        if kind != "display":
            displays = [
                {"linkId": f"{question.link_id}/{key}", "type": "display", "extension": [item_control("help")], **words}
                for key, words in zip(("hint", "guidance_hint"), hints, strict=True)
                if words
            ]
            return found | ({"item": displays} if displays else {})
        return found

    def _group(self, question: Question) -> Json:
        node = question.node
        found: Json = {}
        if node.get("type") == "repeat":
            found["repeats"] = True
            if question.control.get("jr:count"):
                question.lose("how often it is asked (repeat_count) is left to the patient")
        if _table_label(node) is not None:
            found["extension"] = [item_control("gtable")]
        return found

    def _lose(self, question: Question, kind: str, *, is_asked: bool) -> None:
        """Note what no item here can hold, whatever its type."""
        if not is_asked:
            return
        node = question.node
        appearance = question.control.get("appearance")
        if appearance and _table_label(node) is None:
            question.lose(f"its appearance ({appearance}) is left out")
        if question.bind.get("constraint"):
            question.lose(f"a rule about its answers is not checked (constraint): {question.bind['constraint']}")
        if question.bind.get("calculate") and kind != "group":
            question.lose("it is not filled in by a calculation")
        media = node.get("media")
        if isinstance(media, dict) and media:
            question.lose(f"what stands beside its text is left out ({', '.join(sorted(map(str, media)))})")
        if node.get("trigger") or node.get("actions"):
            question.lose("what software does when it is answered (trigger) is left out")


def _children(node: Json, relevants: str) -> list[Json]:
    """Return the items in a group; a select with "or_other" takes in the question that pyxform adds for it.

    Where a condition of the form looks at its option "other", both stay as they are.
    """
    children = maps_in(node, "children")
    found: list[Json] = []
    for child, after in zip(children, [*children[1:], {}], strict=False):
        name = child.get("name")
        added, when = f"{name}_{OTHER}", f"selected(../{name}, '{OTHER}')"
        bind = after.get("bind")
        if after.get("name") != added or not isinstance(bind, dict) or bind.get("relevant") != when:
            found.append(child)
        elif re.search(rf"\$\{{{re.escape(str(name))}\}}\s*,?[!=\s]*['\"]{OTHER}['\"]", relevants):
            after["bind"] = {**bind, "relevant": f"selected(${{{name}}}, '{OTHER}')"}
            found.append(child)
        else:
            child[OPEN] = True
            after["type"] = ""
            found.append(child)
    return found


def _relevants(node: Json) -> Iterator[str]:
    """Yield every condition of the form."""
    bind = node.get("bind")
    if isinstance(bind, dict) and bind.get("relevant"):
        yield str(bind["relevant"])
    for child in maps_in(node, "children"):
        yield from _relevants(child)


def _table_label(node: Json) -> Anything:
    """Return the label of a group that is shown as a table; None if it is another group."""
    names = [str(child.get("name")) for child in maps_in(node, "children")]
    if not any(name.startswith(_TABLE_LABELS[1]) for name in names):
        return None
    labels = [
        child.get("label") for child in maps_in(node, "children") if str(child.get("name")).startswith(_TABLE_LABELS[0])
    ]
    return next(filter(None, [*labels, node.get("label")]), "")


def _relevant(question: Question) -> Json:
    text = question.bind.get("relevant")
    return {RELEVANT: str(text)} if text else {}
