"""Several reports as one PDF/UA-1 file: pages, tags, languages and bookmarks kept, one bookmark for each person.

Not kept: attachments, and with them the claim to be an archive file (PDF/A). The single reports have both.

Only the process that renders imports this module; see `reports.process`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from xml.sax.saxutils import escape, quoteattr

from pikepdf import Array, Dictionary, Name, NameTree, NumberTree, Object, ObjectStreamMode, Pdf, String


@dataclass(frozen=True, slots=True)
class MergePart:
    """One report: its PDF, and the person under whose bookmark it stands."""

    person: str
    title: str
    pdf: bytes


def merge_pdfs(parts: Sequence[MergePart], *, title: str, language: str) -> bytes:
    """Return one PDF with the reports in this order; the same parts give the same bytes.

    Reports of one person that follow each other share a bookmark. ``language`` (BCP 47) is the title's; each report
    keeps its own. ValueError where there is no part, pikepdf.PdfError for what is no PDF.
    """
    if not parts:
        raise ValueError("There is no report to merge.")
    target = Pdf.new()
    tree = _StructureTree(target)
    outline = _Outline(target)
    for number, part in enumerate(parts, 1):
        with Pdf.open(BytesIO(part.pdf)) as source:
            first = len(target.pages)
            target.pages.extend(source.pages)
            # From here on references to the source's pages lead to the copies.
            tree.add(source, first, f"{number}-")
            outline.add(part, source, target.pages[first].obj)
    tree.close()
    outline.close()
    target.Root.Lang = String(language)
    target.Root.MarkInfo = Dictionary(Marked=True)
    target.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    target.Root.Metadata = target.make_stream(_xmp(title), Type=Name.Metadata, Subtype=Name.XML)
    target.docinfo[Name.Title] = String(title)
    merged = BytesIO()
    target.save(merged, deterministic_id=True, object_stream_mode=ObjectStreamMode.generate)
    return merged.getvalue()


class _StructureTree:
    """The tags of all reports under one root. Keys of the parent tree and ids of elements are kept apart."""

    def __init__(self, target: Pdf) -> None:
        self._target = target
        self._root = target.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=Array()))
        target.Root.StructTreeRoot = self._root
        self._parents: list[Object | int] = []
        self._next_key = 0
        self._ids: dict[bytes, Object] = {}
        self._roles = Dictionary()

    def add(self, source: Pdf, first_page: int, prefix: str) -> None:
        """Take over the tags of the report whose pages begin at ``first_page``."""
        found = source.Root.get(Name.StructTreeRoot)
        if found is None:
            raise ValueError("A report without tags can't be merged.")
        copied = self._target.copy_foreign(found)
        language = source.Root.get(Name.Lang)
        for child in _children(copied):
            child.P = self._root
            if language is not None and Name.Lang not in child:
                child.Lang = String(str(language))
            self._root.K.append(child)
            self._rename_ids(child, prefix)
        for structure, role in (copied.get(Name.RoleMap) or Dictionary()).items():
            self._roles[structure] = role
        last = -1
        for key, value in NumberTree(copied.ParentTree).items():
            last = max(last, int(key))
            self._parents += [self._next_key + int(key), value]
        for page in self._target.pages[first_page:]:
            for holder, name in ((page.obj, Name.StructParents), *_annotations(page.obj)):
                if name in holder:
                    holder[name] = int(holder[name]) + self._next_key
        self._next_key += last + 1

    def close(self) -> None:
        """Write the trees that lead from pages and ids to tags."""
        self._root.ParentTree = self._target.make_indirect(Dictionary(Nums=Array(self._parents)))
        self._root.ParentTreeNextKey = self._next_key
        if len(self._roles.keys()):
            self._root.RoleMap = self._roles
        if self._ids:
            names = NameTree.new(self._target)
            for element_id in sorted(self._ids):
                names[element_id.decode("latin-1")] = self._ids[element_id]
            self._root.IDTree = names.obj

    def _rename_ids(self, top: Object, prefix: str) -> None:
        waiting = [top]
        while waiting:
            element = waiting.pop()
            if Name.ID in element:
                renamed = prefix.encode() + bytes(element.ID)
                element.ID = String(renamed)
                self._ids[renamed] = element
            for attributes in _listed(element.get(Name.A)):
                if isinstance(attributes, Dictionary) and Name.Headers in attributes:
                    headers = [String(prefix.encode() + bytes(one)) for one in attributes.Headers]
                    attributes.Headers = Array(headers)
            waiting += list(_children(element))


class _Outline:
    """Bookmarks: a person, under it her or his reports with their own bookmarks."""

    def __init__(self, target: Pdf) -> None:
        self._target = target
        self._root = target.make_indirect(Dictionary(Type=Name.Outlines))
        self._people: list[tuple[str, Object, list[Object]]] = []

    def add(self, part: MergePart, source: Pdf, first_page: Object) -> None:
        """Take over a report's bookmarks under that of its person."""
        destination = Array([first_page, Name.Fit])
        if not self._people or self._people[-1][0] != part.person:
            person = self._target.make_indirect(Dictionary(Title=String(part.person), Dest=destination))
            self._people.append((part.person, person, []))
        report = self._target.make_indirect(Dictionary(Title=String(part.title), Dest=destination))
        own = source.Root.get(Name.Outlines)
        if own is not None and Name.First in own:
            copied = self._target.copy_foreign(own)
            _hang(report, list(_siblings(copied.First)))
        self._people[-1][2].append(report)

    def close(self) -> None:
        """Write the bookmarks; those of a person are closed at first, so that the list shows people."""
        for _, person, reports in self._people:
            _hang(person, reports)
        people = [person for _, person, _ in self._people]
        _hang(self._root, people)
        self._root.Count = len(people)
        self._target.Root.Outlines = self._root
        self._target.Root.PageMode = Name.UseOutlines


def _hang(parent: Object, children: Sequence[Object]) -> None:
    """Put bookmarks under another, in order, and folded away."""
    for place, child in enumerate(children):
        child.Parent = parent
        for name, other in ((Name.Prev, place - 1), (Name.Next, place + 1)):
            if 0 <= other < len(children):
                child[name] = children[other]
    parent.First, parent.Last = children[0], children[-1]
    parent.Count = -len(children)


def _siblings(first: Object) -> Iterator[Object]:
    found: Object | None = first
    while found is not None:
        yield found
        found = found.get(Name.Next)


def _children(element: Object) -> Iterator[Object]:
    """Yield an element's elements, without its content on pages."""
    for child in _listed(element.get(Name.K)):
        if isinstance(child, Dictionary) and child.get(Name.Type) not in (Name.MCR, Name.OBJR):
            yield child


def _listed(value: Object | None) -> list[Object]:
    if value is None:
        return []
    return list(value) if isinstance(value, Array) else [value]


def _annotations(page: Object) -> Iterator[tuple[Object, Name]]:
    for annotation in page.get(Name.Annots, Array()):
        yield annotation, Name.StructParent


def _xmp(title: str) -> bytes:
    """Return the metadata, with the claim to PDF/UA-1 that every part had."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">\n'
        f'<rdf:Description rdf:about="" pdfuaid:part={quoteattr("1")}><dc:title><rdf:Alt>'
        f'<rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title></rdf:Description>\n'
        '</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end="r"?>'
    ).encode()
