"""A translation -> its YAML file, as a translator works with it: above each text the one that it translates.

A file is made, or brought up to date with its base file, in one way: what fits stays, what is missing or stale is
marked, and a text that the translator wrote without a hash gets that of the present source text.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

import yaml

from screening.definition.languages import name_of
from screening.definition.model import Questionnaire
from screening.definition.nodes import Map, Node, compose
from screening.definition.overlay import Translation, source_hash, source_texts
from screening.definition.overlay_reader import NO_SOURCE_HASH, UNKNOWN_PLACE, read_overlay
from screening.definition.problems import DefinitionError
from screening.definition.texts import Place
from screening.definition.writer import Dumper

MISSING, STALE = "TRANSLATE", "CHANGED"
"""The marks of a text that has no translation, and of one whose source text was reworded since."""

_WIDTH = 110
_MAX_ON_ONE_LINE = 90
"""Characters of a text that stands on one line with its hash, at the most."""

_SECTIONS = (("title",), ("option_sets",), ("texts",))
"""The keys that an empty line stands before."""

_LEADING_NOTES = re.compile(r"(?:#.*\n|[ \t]*\n)*")


@dataclass(frozen=True, slots=True)
class Updated:
    """An overlay's file brought up to date: its text, what is left to translate, and what fell away with its source."""

    text: str
    missing: tuple[Place, ...]
    stale: tuple[Place, ...]
    dropped: tuple[str, ...]


def update_overlay(text: str | bytes | None, name: str, base: Questionnaire, language: str) -> Updated:
    """Bring an overlay's file up to date with its base file; ``text`` is None where there is none yet.

    DefinitionError if the file has other mistakes than texts without a hash or without a source text.
    """
    if text is None:
        return _written(base, language, {})
    overlay, problems = read_overlay(text, name, base)
    serious = [problem for problem in problems if problem.rule not in (NO_SOURCE_HASH, UNKNOWN_PLACE)]
    if overlay is None or serious:
        raise DefinitionError(serious or problems)
    sources = source_texts(base)
    translations = {
        place: replace(translation, of=translation.of or source_hash(sources[place]))
        for place, translation in overlay.translations.items()
    }
    notes = _LEADING_NOTES.match(overlay.text)
    dropped = tuple(str(problem) for problem in problems if problem.rule == UNKNOWN_PLACE)
    written = _written(base, language, translations, overlay.clinically_reviewed, notes.group() if notes else "")
    return replace(written, dropped=dropped)


def overlay_to_yaml(base: Questionnaire, language: str, texts: Mapping[Place, str]) -> str:
    """Return the file of an overlay with these translations of the present source texts."""
    sources = source_texts(base)
    translations = {place: Translation(text, source_hash(sources[place])) for place, text in texts.items()}
    return _written(base, language, translations).text


def _written(
    base: Questionnaire,
    language: str,
    translations: Mapping[Place, Translation],
    reviewed: str | bool = False,
    notes: str = "",
) -> Updated:
    sources = source_texts(base)
    missing = tuple(place for place in sources if place not in translations)
    stale = tuple(
        place
        for place, source in sources.items()
        if place in translations and translations[place].of != source_hash(source)
    )
    tree: _Tree = {"translates": base.id, "language": language, "clinically_reviewed": reviewed or "no"}
    for place in sources:
        _put(tree, _path(place), translations.get(place))
    plain = yaml.dump(tree, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
    marks = dict.fromkeys(missing, f"{MISSING}: ") | dict.fromkeys(stale, f"{STALE}: ")
    above = {_path(place): marks.get(place, "") + source for place, source in sources.items()}
    return Updated((notes or _notes(base, language)) + _with_sources(plain, above), missing, stale, ())


def _notes(base: Questionnaire, language: str) -> str:
    file = f"{base.id}.yaml"
    text = f"""\
        The texts of {file} in {name_of(language, "en")}, and nothing else: ids, conditions and limits stand there.

        The note above each text is the text that it translates; the six letters before it tell which wording that was.
        {MISSING} marks a text that is missing, {STALE} one whose source was reworded. Write or mend such a text without
        the six letters, then run `screening questionnaire translate {file} {language}`: it puts them in."""
    lines = textwrap.dedent(text).splitlines()
    return "".join(f"# {line}".rstrip() + "\n" for line in lines) + "\n"


_Path: TypeAlias = tuple[str, ...]
"""The keys that lead to a text in the file."""

_Tree: TypeAlias = "dict[str, _Tree | str | bool | None]"


def _path(place: Place) -> _Path:
    kind, *rest = place
    return {"questionnaire": (), "option_set": ("option_sets",)}.get(kind, ("texts",)) + tuple(rest)


def _put(tree: _Tree, path: _Path, translation: Translation | None) -> None:
    *parents, key = path
    for parent in parents:
        below = tree.setdefault(parent, {})
        assert isinstance(below, dict)
        tree = below
    tree[key] = {translation.of or "": translation.text} if translation else None


def _with_sources(plain: str, above: Mapping[_Path, str]) -> str:
    """Return the file with a note above each text, and an empty line before each part."""
    before: dict[int, list[str]] = {}
    tree = compose(plain, "")
    texts = tree.entries["texts"][0].mark.line
    for path, line, column in _keys(tree):
        notes = before.setdefault(line, [])
        if path in _SECTIONS or (len(path) == len(("texts", "id")) and path[0] == "texts" and line > texts + 1):
            notes.append("")
        indent = " " * (column - 1) + "# "
        for paragraph in above.get(path, "").splitlines():
            notes += textwrap.wrap(
                paragraph, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
            ) or [indent.rstrip()]
    lines = plain.splitlines()
    return "".join(f"{part}\n" for number, line in enumerate(lines, 1) for part in (*before.get(number, ()), line))


def _keys(node: Node, path: _Path = ()) -> Iterator[tuple[_Path, int, int]]:
    """Yield every key of a tree: the keys that lead to it, its line and column."""
    if isinstance(node, Map):
        for key, (scalar, value) in node.entries.items():
            yield (*path, key), scalar.mark.line, scalar.mark.column
            yield from _keys(value, (*path, key))


class _Dumper(Dumper):
    """Writes ``{hash: text}`` on one line where it fits, everything else below one another."""


def _represent_map(dumper: yaml.representer.SafeRepresenter, tree: _Tree) -> yaml.Node:
    node = dumper.represent_mapping("tag:yaml.org,2002:map", tree, flow_style=False)
    if len(tree) == 1:
        (text,) = tree.values()
        node.flow_style = isinstance(text, str) and len(text) <= _MAX_ON_ONE_LINE and _is_plain(dumper, text)
    return node


def _is_plain(dumper: yaml.representer.SafeRepresenter, text: str) -> bool:
    """Tell whether a text can stand between braces without quotes."""
    assert isinstance(dumper, yaml.emitter.Emitter)
    return bool(dumper.analyze_scalar(text).allow_flow_plain)


def _represent_nothing(dumper: yaml.representer.SafeRepresenter, _nothing: None) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:null", "")


_Dumper.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"$"), [""])
_Dumper.add_representer(dict, _represent_map)
_Dumper.add_representer(type(None), _represent_nothing)
