"""Parts of an application that are the same in all of a test process, made once: forms, templates, routes.

Each test has an application and a database of its own, and the shipped files are the same for all of them. Only what is
a function of its arguments is remembered, so no test can tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

from screening.definition import checks, loader, overlay_checks, overlay_reader
from screening.store import overlays, registry


class CompiledTemplates(BytecodeCache):
    """Templates as they were compiled, by their name and text."""

    def __init__(self) -> None:
        self._compiled: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        compiled = self._compiled.get((bucket.key, bucket.checksum))
        if compiled is not None:
            bucket.bytecode_from_string(compiled)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


def _remembering(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function with a memory. Questionnaires count by identity: one that is read again is the same one."""
    found: dict[tuple[Any, ...], tuple[Any, Any]] = {}

    def call(*arguments: Any) -> Any:
        key = tuple(one if isinstance(one, str | bytes) else id(one) for one in arguments)
        if key not in found:
            found[key] = (function(*arguments), arguments)  # kept with the arguments, so that no id is given out again
        result = found[key][0]
        return list(result) if isinstance(result, list) else result

    return call


_read = _remembering(loader.read)
_read_overlay = _remembering(overlay_reader.read_overlay)
_check = _remembering(checks.check)
_check_overlay = _remembering(overlay_checks.check_overlay)


_build: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}
_compile_builder = Rule._compile_builder


def _builder(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    """Return what makes addresses of a rule; half of making an application goes into writing these functions."""
    key = (rule.rule, rule.subdomain, append_unknown, *sorted((rule.defaults or {}).items()))
    if key not in _build:
        _build[key] = _compile_builder(rule, append_unknown)
    return _build[key]


@contextmanager
def parts_of_an_application() -> Iterator[None]:
    """Take what was made before from memory."""
    with (
        patch.object(Rule, "_compile_builder", _builder),
        patch.object(loader, "read", _read),
        patch.object(overlays, "read_overlay", _read_overlay),
        patch.object(registry, "check", _check),
        patch.object(overlays, "check_overlay", _check_overlay),
    ):
        yield
