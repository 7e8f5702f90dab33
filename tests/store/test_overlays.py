from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from screening.definition.loader import load_text
from screening.definition.model import Questionnaire
from screening.store import overlays, registry
from screening.store.engine import Store
from screening.store.registry import RegistryError
from screening.store.tables import QuestionnaireOverlay
from tests.support.clinic import COPING, MOOD, NOW, Clinic
from tests.support.definitions import overlay_of

TEXT = MOOD.format(version="1")
BASE = load_text(TEXT, "mood.yaml").questionnaire


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "questionnaires"
    made.mkdir()
    (made / "mood.yaml").write_text(TEXT, encoding="utf-8")
    return made


def write(folder: Path, text: str, name: str = "mood.es.yaml") -> None:
    (folder / name).write_text(text, encoding="utf-8")


def register(store: Store, *folders: Path, later: int = 0, notices: list[str] | None = None) -> list[str]:
    with store.write() as session:
        return registry.register_files(session, store.keyring, folders, NOW + timedelta(hours=later), notices)


def refusal(store: Store, folder: Path) -> str:
    with pytest.raises(RegistryError) as caught:
        register(store, folder)
    return str(caught.value)


def offered(store: Store, version: str = "1") -> dict[str, Questionnaire]:
    with store.read() as session:
        row = registry.get(session, "mood", version)
        base = registry.parse(row)
        found = overlays.offered(session, base, row.content_hash)
        return {
            language: overlays.translate(session, base, row.content_hash, overlay_hash).questionnaire
            for language, overlay_hash in found.items()
        }


def first_text(questionnaire: Questionnaire) -> str:
    return next(questionnaire.items()).text


def test_a_translation_is_registered_beside_its_base_file_once(store: Store, folder: Path) -> None:
    write(folder, overlay_of(BASE))
    assert register(store, folder) == ["mood 1", "mood es"]
    assert register(store, folder, later=1) == []
    assert first_text(offered(store)["es"]) == "(es) Do you feel numb?"


def test_a_comment_is_no_change(store: Store, folder: Path) -> None:
    write(folder, overlay_of(BASE))
    register(store, folder)
    write(folder, "# a comment\n" + overlay_of(BASE))
    assert register(store, folder, later=1) == []


def test_a_mended_translation_is_offered_and_the_earlier_one_kept(store: Store, folder: Path) -> None:
    write(folder, overlay_of(BASE))
    register(store, folder)
    write(folder, overlay_of(BASE, numb="¿Siente todo apagado?"))
    assert register(store, folder, later=1) == ["mood es"]
    assert first_text(offered(store)["es"]) == "¿Siente todo apagado?"
    with store.read() as session:
        assert session.query(QuestionnaireOverlay).count() == 2


def test_going_back_to_an_earlier_text_makes_it_the_newest(store: Store, folder: Path) -> None:
    for hour, words in enumerate(("Uno", "Dos", "Uno")):
        write(folder, overlay_of(BASE, numb=words))
        assert register(store, folder, later=hour) == (["mood 1"] if hour == 0 else []) + ["mood es"]
        assert first_text(offered(store)["es"]) == words


def test_a_language_whose_file_is_gone_is_offered_no_more(store: Store, folder: Path) -> None:
    write(folder, overlay_of(BASE))
    register(store, folder)
    (folder / "mood.es.yaml").unlink()
    register(store, folder, later=1)
    assert offered(store) == {}
    write(folder, overlay_of(BASE))
    register(store, folder, later=2)
    assert list(offered(store)) == ["es"]


def test_an_unfinished_translation_stops_nothing_and_is_not_offered(store: Store, folder: Path) -> None:
    write(folder, overlay_of(BASE, numb=""))
    notices: list[str] = []
    register(store, folder, notices=notices)
    assert offered(store) == {}
    (notice,) = notices
    assert "mood.es.yaml: new patients are not offered Spanish before it is finished: 1 missing, 0 of an" in notice
    with store.read() as session:
        row = registry.get(session, "mood", "1")
        found = overlays.best(session, registry.parse(row), row.content_hash, "es")
        assert found is not None
        texts = [item.text for item in found.questionnaire.items()]
    assert texts[:2] == ["Do you feel numb?", "(es) When?"]


def test_a_translation_that_went_ahead_leaves_the_version_in_use_its_own(store: Store, folder: Path) -> None:
    """Version 2 waits for its approval; patients still get version 1, and in Spanish."""
    write(folder, overlay_of(BASE))
    register(store, folder)
    changed = TEXT.replace("Do you feel numb?", "Do you feel flat?").replace('"1"', '"2"')
    (folder / "mood.yaml").write_text(changed, encoding="utf-8")
    write(folder, overlay_of(load_text(changed, "mood.yaml").questionnaire))
    assert register(store, folder, later=1) == ["mood 2", "mood es"]
    assert first_text(offered(store, "1")["es"]) == "(es) Do you feel numb?"
    assert first_text(offered(store, "2")["es"]) == "(es) Do you feel flat?"


def test_mistakes_are_told_with_file_and_line_and_nothing_is_registered(store: Store, folder: Path) -> None:
    write(folder, overlay_of(BASE).replace("numb:", "nmb:", 1))
    write(folder, overlay_of(BASE, "ar", "(ar) "), "mood.pt.yaml")
    write(folder, overlay_of(BASE), "moods.es.yaml")
    write(folder, overlay_of(BASE), "mood_es.yaml")
    long = overlay_of(BASE, "fr", numb=" ".join(["mot"] * 30) + " ?")
    write(folder, long, "mood.fr.yaml")
    message = refusal(store, folder)
    line = next(n for n, text in enumerate(overlay_of(BASE).splitlines(), 1) if "numb:" in text)
    assert f'mood.es.yaml:{line}: mood has no page or item "nmb". Did you mean numb?' in message
    assert "mood.pt.yaml:2: the file's name says pt, this says ar" in message
    assert "moods.es.yaml:1: by its name this is a translation of moods.yaml, which is not here" in message
    assert "mood_es.yaml:1: this is a translation (`translates:`); give the file the name of its base file" in message
    assert "mood.fr.yaml:" in message
    assert "a sentence of 30 words" in message
    with store.read() as session:
        assert registry.versions(session) == []
        assert session.query(QuestionnaireOverlay).count() == 0


def test_a_broken_base_file_is_told_once(store: Store, folder: Path) -> None:
    write(folder, overlay_of(BASE))
    (folder / "mood.yaml").write_text(TEXT + "colour: red\n", encoding="utf-8")
    assert refusal(store, folder).count("\n") == 0


def test_the_clinics_own_file_takes_the_place_of_the_shipped_one(store: Store, folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "mood.yaml").write_text(TEXT, encoding="utf-8")
    write(folder, overlay_of(BASE))
    write(own, overlay_of(BASE, numb="¿Nada?"))
    assert register(store, folder, own) == ["mood 1", "mood es"]
    assert first_text(offered(store)["es"]) == "¿Nada?"
    assert register(store, folder, own, later=1) == []


def test_translations_of_other_questionnaires_are_left_alone(clinic: Clinic, folder: Path) -> None:
    clinic.translate("mood")
    (folder / "mood.yaml").unlink()
    (folder / "coping.yaml").write_text(COPING, encoding="utf-8")
    register(clinic.store, folder)
    assert list(offered(clinic.store)) == ["es"]


def test_the_database_keeps_the_translation_that_a_response_stands_on(clinic: Clinic) -> None:
    overlay_hash = clinic.translate("mood")
    (response_id,) = clinic.send(clinic.invite().invitation_id)
    with clinic.store.write() as session:
        overlays.freeze(session, response_id, {"es": overlay_hash})
    with clinic.store.read() as session:
        assert overlays.frozen(session, response_id) == {"es": overlay_hash}
    with pytest.raises(IntegrityError), clinic.store.write() as session:
        session.execute(delete(QuestionnaireOverlay))


def test_what_was_registered_is_on_record(clinic: Clinic, folder: Path) -> None:
    write(folder, overlay_of(BASE))
    register(clinic.store, folder)
    (folder / "mood.es.yaml").unlink()
    register(clinic.store, folder, later=1)
    actions = [action for action, _ in clinic.actions("questionnaire:mood")]
    assert actions[-2:] == ["register_translation", "withdraw_translation"]
