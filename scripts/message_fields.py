"""A Babel extractor: the texts that are defaults of a dataclass's fields, such as the fixed words of the report.

They stand below the web, where there is no gettext; the web translates them by their English text.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from typing import IO


def extract(
    file: IO[bytes], _keywords: Mapping[str, object], _tags: Collection[str], options: Mapping[str, str]
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Yield line, function, text and a note for each text among the defaults of the classes in ``classes``."""
    classes = options["classes"].split()
    for node in ast.parse(file.read()).body:
        if isinstance(node, ast.ClassDef) and node.name in classes:
            for field in node.body:
                if isinstance(field, ast.AnnAssign) and field.value is not None:
                    note = f"{node.name}.{ast.unparse(field.target)}"
                    yield from ((text.lineno, "gettext", text.value, [note]) for text in _texts(field.value))


def _texts(value: ast.expr) -> Iterator[ast.Constant]:
    for node in ast.walk(value):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and any(sign.isalpha() for sign in node.value)
        ):
            yield node
