"""Whatever a file holds, it is imported or refused in one line; nothing else ever comes of it."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from screening.definition.checks import examine_text
from screening.definition.fhir import questionnaire_to_fhir
from screening.definition.loader import load
from screening.definition.writer import to_yaml
from screening.importing.fhir import import_fhir
from screening.importing.result import ImportRefused
from tests.support.definitions import ALL_FILES

FORMS = Path(__file__).resolve().parents[1] / "fixtures" / "fhir"
RESOURCES = [json.loads(path.read_text()) for path in sorted(FORMS.glob("*.json"))]
RESOURCES += [questionnaire_to_fhir(load(path).questionnaire) for path in ALL_FILES]
JUNK = [
    None, True, False, 0, -1, 3.7, 1e300, 10**30, "", "x", "\x00", "\ud800", "\u202eabc", "a\nb\tc", "<b>x</b>",
    [], [[]], [None], {}, {"a": 1}, {"url": 5}, "today()", "2020-13-45", "=", "group", "display", "choice", "quantity",
    {"extension": "x"}, [{"url": "urn:before-a-visit:enable-when", "valueString": '{"a": {"equals": []}}'}],
    {"coding": [{"code": "slider"}]}, [{"valueCoding": {"code": "x"}}],
]  # fmt: skip


def nodes(root):
    """Return every object and list in a resource."""
    found, left = [], [root]
    while left:
        node = left.pop()
        found.append(node)
        left += [part for part in (node.values() if isinstance(node, dict) else node) if isinstance(part, dict | list)]
    return found


def damage(resource, chance):
    """Change something at random: take it away, put something else in its place, or move it."""
    node = chance.choice(nodes(resource))
    if not node:
        return
    key = chance.choice(sorted(node)) if isinstance(node, dict) else chance.randrange(len(node))
    kind = chance.randrange(4)
    if kind == 0:
        del node[key]
    elif kind == 1:
        node[key] = copy.deepcopy(chance.choice(JUNK))
    elif kind == 2 and isinstance(node, dict):
        other = chance.choice([part for part in nodes(resource) if isinstance(part, dict)])
        if other:
            node[chance.choice(sorted(other))] = copy.deepcopy(chance.choice(JUNK))
    elif isinstance(node, list):
        chance.shuffle(node)


def outcome(data, **options):
    """Return what an import gives, or None and the line with which it is refused."""
    try:
        return import_fhir(data, **options), ""
    except ImportRefused as refused:
        return None, str(refused)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10**9), st.integers(1, 6))
def test_damaged_forms_are_imported_or_refused(seed, count):
    chance = random.Random(seed)  # many small choices, which hypothesis would draw slowly
    resource = copy.deepcopy(chance.choice(RESOURCES))
    for _ in range(count):
        damage(resource, chance)
    found, line = outcome(json.dumps(resource).encode(), attest="Dr A", open_valuesets=chance.random() < 0.5)
    if found is None:
        assert len(line.splitlines()) == 1
        return
    assert all(len(str(loss).splitlines()) == 1 for loss in found.losses)
    loaded, _ = examine_text(to_yaml(found.questionnaire), "imported.yaml")
    assert loaded is not None


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(RESOURCES) - 1), st.floats(0, 1))
def test_a_file_that_is_cut_off_is_refused(number, share):
    data = json.dumps(RESOURCES[number]).encode()
    found, line = outcome(data[: int(share * (len(data) - 1))])
    assert found is None
    assert len(line.splitlines()) == 1
