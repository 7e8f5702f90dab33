from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError

from screening import approval
from screening.definition.loader import load_text
from screening.store import registry
from screening.store.engine import Store
from screening.store.errors import NotFound
from screening.store.registry import RegistryError
from screening.store.tables import QuestionnaireVersion
from tests.support.clinic import COPING, MOOD, NOW, Clinic
from tests.support.definitions import FIXTURES, fixture

FIRST = MOOD.format(version="1")
REWORDED = FIRST.replace("Do you feel numb?", "Do you feel flat?")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "questionnaires"
    made.mkdir()
    (made / "mood.yaml").write_text(FIRST, encoding="utf-8")
    (made / "README.md").write_text("No questionnaire.", encoding="utf-8")
    return made


def register(store: Store, *folders: Path) -> list[str]:
    with store.write() as session:
        return registry.register_files(session, store.keyring, folders, NOW)


def refusal(store: Store, *folders: Path) -> str:
    with pytest.raises(RegistryError) as caught:
        register(store, *folders)
    return str(caught.value)


def text_of(store: Store, version: str = "1") -> str:
    with store.read() as session:
        return next(registry.definition(session, "mood", version).items()).text


def test_files_are_registered_once(store: Store, folder: Path) -> None:
    assert register(store, folder) == ["mood 1"]
    assert register(store, folder) == []
    assert text_of(store) == "Do you feel numb?"


def test_what_is_registered_is_not_offered_before_it_is_approved(store: Store, folder: Path) -> None:
    register(store, folder)
    with store.read() as session:
        assert registry.current(session, "mood") is None
        assert registry.all_current(session) == []
        assert registry.current(session, "unknown") is None


def test_a_changed_file_replaces_what_nobody_has_answered(store: Store, folder: Path) -> None:
    register(store, folder)
    (folder / "mood.yaml").write_text(REWORDED, encoding="utf-8")
    assert register(store, folder) == ["mood 1"]
    assert text_of(store) == "Do you feel flat?"


def test_a_comment_or_layout_is_no_change(store: Store, folder: Path) -> None:
    register(store, folder)
    (folder / "mood.yaml").write_text("# a comment\r\n" + FIRST.replace("\n", "\r\n"), encoding="utf-8", newline="")
    assert register(store, folder) == []


def test_an_approval_falls_with_the_text_that_was_approved(clinic: Clinic, folder: Path) -> None:
    assert register(clinic.store, folder) == []
    (folder / "mood.yaml").write_text(REWORDED, encoding="utf-8")
    register(clinic.store, folder)
    with clinic.store.read() as session:
        assert registry.current(session, "mood") is None
    assert clinic.actions("questionnaire:mood")[-1][0] == "replace"


def test_a_changed_file_under_a_begun_response_is_refused_with_both_hashes(clinic: Clinic, folder: Path) -> None:
    clinic.begin(clinic.invite().invitation_id)
    with clinic.store.read() as session:
        before = registry.get(session, "mood", "1").content_hash
    (folder / "mood.yaml").write_text(REWORDED, encoding="utf-8")
    message = refusal(clinic.store, folder)
    assert "mood.yaml" in message
    assert before in message
    assert "new `version`" in message
    hashes = [word.strip(");,") for word in message.split() if len(word.strip(");,")) == 64]
    assert len(set(hashes)) == 2
    assert text_of(clinic.store) == "Do you feel numb?"
    (folder / "mood.yaml").write_text(REWORDED.replace('"1"', '"2"'), encoding="utf-8")
    assert register(clinic.store, folder) == ["mood 2"]
    assert text_of(clinic.store) == "Do you feel numb?"
    assert text_of(clinic.store, "2") == "Do you feel flat?"


def test_the_database_itself_keeps_the_text_that_a_response_stands_on(clinic: Clinic) -> None:
    clinic.begin(clinic.invite().invitation_id)
    with pytest.raises(IntegrityError), clinic.store.write() as session:
        session.execute(
            update(QuestionnaireVersion)
            .where(QuestionnaireVersion.questionnaire_id == "mood")
            .values(text=REWORDED, content_hash="0" * 64)
        )


def test_every_bad_file_is_told_at_once_and_nothing_is_registered(store: Store, folder: Path, tmp_path: Path) -> None:
    (folder / "broken.yaml").write_text("id: [", encoding="utf-8")
    (folder / "keyed.yaml").write_text(COPING + "colour: red\n", encoding="utf-8")
    (folder / "worded.yaml").write_text(COPING.replace("What helps\n", "Your depression\n"), encoding="utf-8")
    (folder / "named.yml").write_text(COPING, encoding="utf-8")
    own = tmp_path / "own"
    own.mkdir()
    (own / "mood-again.yaml").write_text(REWORDED, encoding="utf-8")
    message = refusal(store, folder, own)
    assert "broken.yaml:" in message
    assert "keyed.yaml:" in message
    assert "worded.yaml:8" in message
    assert "named.yml: give the file a name that ends in .yaml" in message
    assert "mood-again.yaml: mood 1 is in" in message
    with store.read() as session:
        assert registry.versions(session) == []


def test_the_same_file_in_two_folders_is_one(store: Store, folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "copy.yaml").write_text("# our copy\n" + FIRST, encoding="utf-8")
    assert register(store, folder, own) == ["mood 1"]


def test_a_folder_that_is_not_there_is_told(store: Store, tmp_path: Path) -> None:
    assert "no such folder" in refusal(store, tmp_path / "missing")


def test_servers_that_start_together_register_once(store: Store, folder: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        changed = list(pool.map(lambda _: register(store, folder), range(4)))
    assert sorted(changed) == [[], [], [], ["mood 1"]]


def test_the_newest_approved_version_is_offered(clinic: Clinic) -> None:
    clinic.register(MOOD.format(version="9"), NOW + timedelta(days=1))
    clinic.register(MOOD.format(version="10"), NOW + timedelta(days=1))
    clinic.register(MOOD.format(version="0"), NOW + timedelta(days=2))

    def offered() -> str:
        with clinic.store.read() as session:
            current = registry.current(session, "mood")
            assert current is not None
            return current.questionnaire.version

    assert offered() == "1"
    clinic.approve("mood", "10")
    clinic.approve("mood", "9")
    assert offered() == "10"
    clinic.approve("mood", "0")
    assert offered() == "0"
    approval.withdraw(clinic.store, clinic.admin, "mood", "0", now=NOW)
    assert offered() == "10"
    with clinic.store.read() as session:
        assert [row.version for row in registry.versions(session, "mood")] == ["0", "10", "9", "1"]


def test_an_offer_says_who_approved_it(clinic: Clinic) -> None:
    with clinic.store.read() as session:
        (coping, mood) = registry.all_current(session)
    assert (coping.questionnaire.id, mood.questionnaire.id) == ("coping", "mood")
    assert (mood.approved_by, mood.approved_at, mood.approval_is_demo) == ("Dr A. Novak", NOW, False)


def test_a_known_version_takes_no_query(clinic: Clinic) -> None:
    with clinic.store.read() as session:
        row = registry.get(session, "mood", "1")
        registry.parse(row)
    with clinic.store.read() as session:
        found = registry.definition(session, "mood", "1", row.content_hash)
        assert not session.in_transaction()
    assert found.title == "How you have been"


def test_a_version_that_nobody_registered_is_not_found(clinic: Clinic) -> None:
    with clinic.store.read() as session, pytest.raises(NotFound, match="mood"):
        registry.definition(session, "mood", "99")


def test_a_text_that_was_changed_in_the_database_is_not_served(clinic: Clinic) -> None:
    clinic.register(MOOD.format(version="changed"))
    with clinic.store.write() as session:
        session.execute(
            text("UPDATE questionnaire_version SET text = replace(text, 'numb?', 'fine?') WHERE version = 'changed'")
        )
    with clinic.store.read() as session, pytest.raises(RegistryError, match="hash"):
        registry.definition(session, "mood", "changed")


def test_titles_are_those_of_the_newest_version(clinic: Clinic) -> None:
    clinic.register(MOOD.format(version="2").replace("How you have been", "How you are"), NOW + timedelta(days=1))
    with clinic.store.read() as session:
        assert registry.titles(session) == {"mood": "How you are", "coping": "What helps you"}


def test_optional_parts_are_found_and_self_harm_is_known() -> None:
    assert [part.id for part in registry.optional_parts(fixture("off_by_default"))] == ["extra", "thoughts"]
    (part,) = registry.optional_parts(fixture("self_harm"))
    assert (part.id, part.is_page, part.asks_about_self_harm) == ("very_hard_thoughts", True, True)


@pytest.mark.parametrize(
    ("page", "item", "from_the_start"),
    [
        ("topic: self_harm", "", True),
        ("", "topic: self_harm", True),
        ("topic: self_harm, off_by_default: yes", "", False),
        ("", "topic: self_harm, off_by_default: yes", False),
        ("topic: self_harm", "off_by_default: yes", False),
        ("", "", False),
    ],
)
def test_a_form_that_asks_about_self_harm_from_the_start_is_known(page: str, item: str, from_the_start: bool) -> None:
    made = (
        'id: made-up\nversion: "1"\ntitle: Made up\nlanguage: en\ncopyright: CC0-1.0. For a test.\npages:\n'
        f"  - {{id: page, title: A page, sensitive: Hard., {page + ',' if page else ''} items: [\n"
        f"    {{id: hurt, type: boolean, text: A question?, {item}}},\n"
        "    {id: why, type: text, text: Why?, off_by_default: yes}]}\n"
    )
    questionnaire = load_text(made, "made-up.yaml").questionnaire
    assert registry.asks_about_self_harm(questionnaire) is from_the_start


def test_every_fixture_can_be_registered(store: Store) -> None:
    assert len(register(store, FIXTURES)) == len(list(FIXTURES.glob("*.yaml")))
