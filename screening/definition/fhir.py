"""A questionnaire -> a FHIR R4 Questionnaire, complete: whatever the language can say stands in it.

Standard elements first, then the standard extensions, then ours (see `screening.definition.fhir_terms`), so that
other software shows the form fully and import reads an equal definition back. Pages are groups; hints, recall
periods and introductions are display items, where every renderer shows them.
"""

from __future__ import annotations

from collections.abc import Iterable

from screening.definition import fhir_terms as terms
from screening.definition.conditions import references
from screening.definition.fhir_conditions import ENTRY, condition_to_fhir
from screening.definition.fhir_items import answer_keys, extensions_of
from screening.definition.fhir_terms import Json, extension, item_control
from screening.definition.model import Condition, Grid, Group, Item, Page, Questionnaire, Scale


def canonical_url(questionnaire: Questionnaire) -> str:
    """Return the address that names the questionnaire in FHIR, without its version."""
    return terms.QUESTIONNAIRE_URL + questionnaire.id


def questionnaire_to_fhir(questionnaire: Questionnaire, *, status: str = "draft") -> Json:
    """Return the FHIR R4 Questionnaire as plain JSON; ``status`` is FHIR's: draft, active, retired or unknown."""
    exporter = _Exporter(questionnaire)
    extensions = extensions_of(
        (terms.LICENSE, "String", questionnaire.license),
        (terms.CLINICALLY_REVIEWED, "String", questionnaire.clinically_reviewed or None),
        (terms.SOURCE, "String", questionnaire.source),
    )
    return _without_empty(
        {
            "resourceType": "Questionnaire",
            "id": questionnaire.id,
            "language": questionnaire.language,
            "extension": extensions,
            "url": canonical_url(questionnaire),
            "version": questionnaire.version,
            "name": "".join(part.capitalize() for part in questionnaire.id.split("-")),
            "title": questionnaire.title,
            "status": status,
            "subjectType": ["Patient"],
            "description": questionnaire.description,
            "copyright": questionnaire.copyright,
            "item": [exporter.page(page) for page in questionnaire.pages],
        }
    )


class _Exporter:
    """Exports the parts of one questionnaire: it finds items by id, and gives linkIds to what has no id."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self._items = {item.id: item for item in questionnaire.items()}
        self._taken = {part.fhir_link_id for part in (*questionnaire.pages, *self._items.values())}

    def page(self, page: Page) -> Json:
        extensions = extensions_of(
            (terms.ITEM_ID, "String", page.id if page.link_id else None),
            (terms.OFF_BY_DEFAULT, "Boolean", page.off_by_default or None),
            (terms.TOPIC, "Code", page.topic),
            (terms.READING_LEVEL_REASON, "String", page.reading_level_reason),
        )
        parts = [
            *self._part(page, "sensitive", page.sensitive),
            *self._part(page, "intro", page.intro),
            *self._part(page, "recall", page.recall),
        ]
        group: Json = {"linkId": page.fhir_link_id, "text": page.title, "type": "group"}
        group |= {"item": [*parts, *(self._item(child) for child in page.items)]}
        return self._with_condition(group, extensions, page.enable_when)

    def _item(self, item: Item, parent: Group | Grid | None = None) -> Json:
        extensions = extensions_of(
            (terms.ITEM_ID, "String", item.id if item.link_id else None),
            (terms.SHORT_TEXT, "String", item.short),
            (terms.GLANCE, "Boolean", item.glance or None),
            (terms.OFF_BY_DEFAULT, "Boolean", item.off_by_default or None),
            (terms.TOPIC, "Code", item.topic),
        )
        more, keys = answer_keys(item)
        # A row's recall period is the grid's, where it stands.
        children = [] if isinstance(parent, Grid) else self._part(item, "recall", item.recall)
        if item.help is not None:
            children.append(self._display(item, "help", item.help, item_control("help")))
        if isinstance(item, Scale):
            children.append(self._display(item, "lower", item.min_label, item_control("lower")))
            children.append(self._display(item, "upper", item.max_label, item_control("upper")))
        if isinstance(item, Group | Grid):
            children += [self._item(child, item) for child in item.items]
        result: Json = {"linkId": item.fhir_link_id, "text": item.text, **keys}
        if children:
            result["item"] = children
        siblings = _ids_in(parent)
        if isinstance(item, Group) and self._needs_entry(item):
            entry = {"name": ENTRY, "language": "text/fhirpath", "expression": "%context"}
            more.append(extension(terms.VARIABLE, "Expression", entry))
        return self._with_condition(result, [*extensions, *more], item.enable_when, siblings)

    def _needs_entry(self, group: Group) -> bool:
        """Tell whether an expression in the group looks at another item of the same entry."""
        inside = _ids_in(group)
        for item in group.items:
            if item.enable_when is None or inside.isdisjoint(part.item for part in references(item.enable_when)):
                continue
            keys = condition_to_fhir(item.enable_when, self._items.get, inside)
            if "enableWhen" not in keys:
                return True
        return False

    def _part(self, parent: Page | Item, part: str, text: str | None) -> list[Json]:
        return [] if text is None else [self._display(parent, part, text, extension(terms.PART, "Code", part))]

    def _display(self, parent: Page | Item, part: str, text: str, *extensions: Json) -> Json:
        link_id = f"{parent.fhir_link_id}-{part}"
        while link_id in self._taken:
            link_id += "-"
        self._taken.add(link_id)
        return {"extension": list(extensions), "linkId": link_id, "text": text, "type": "display"}

    def _with_condition(
        self, element: Json, extensions: list[Json], condition: Condition | None, siblings: Iterable[str] = ()
    ) -> Json:
        enable: Json = {}
        if condition is not None:
            enable = condition_to_fhir(condition, self._items.get, frozenset(siblings))
        more = enable.pop("extension", [])
        assert isinstance(more, list)
        return _without_empty({"extension": [*extensions, *more], **element, **enable})


def _ids_in(group: Group | Grid | None) -> frozenset[str]:
    """Return the ids of what stands in a group that repeats."""
    is_entry = isinstance(group, Group) and group.repeats
    return frozenset(item.id for item in group.items) if group and is_entry else frozenset()


def _without_empty(element: Json) -> Json:
    return {key: value for key, value in element.items() if value is not None and value != []}
