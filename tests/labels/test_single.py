import pytest

from askance.errors import BadLabel
from askance.labels import OneClass

PETS = OneClass(("cat", "dog"))


def test_a_class_is_taken_as_it_is() -> None:
    assert PETS.check("cat") == "cat"


@pytest.mark.parametrize(("said", "meant"), [("cta", "cat"), ("Dog", "dog"), (" dog ", "dog"), ("CAT", "cat")])
def test_a_typo_is_answered_with_the_nearest_class(said: str, meant: str) -> None:
    with pytest.raises(BadLabel, match=f"did you mean '{meant}'"):
        PETS.check(said)


def test_what_is_close_to_nothing_gets_no_guess() -> None:
    with pytest.raises(BadLabel, match=r"'zebra' is not one of the classes 'cat', 'dog'$"):
        PETS.check("zebra")


@pytest.mark.parametrize("value", [1, None, b"cat", ["cat"], True])
def test_a_label_is_text(value: object) -> None:
    with pytest.raises(BadLabel, match="the name of a class, in text"):
        PETS.check(value)


def test_an_open_list_takes_new_names_but_not_every_text() -> None:
    kind = OneClass(("cat",), open=True)
    assert kind.check("axolotl") == "axolotl"
    for bad in ("", "  ", " cat", "a\nb", "x" * 201):
        with pytest.raises(BadLabel):
            kind.check(bad)


def test_classes_that_turned_up_are_added_where_the_list_is_open() -> None:
    assert OneClass(("cat",), open=True).grown(["axolotl"]).classes == ("axolotl", "cat")
    assert PETS.grown(["axolotl"]) == PETS


def test_many_classes_are_not_all_listed() -> None:
    with pytest.raises(BadLabel, match="and 88 more"):
        OneClass(tuple(f"c{i:02}" for i in range(100))).check("?")


def test_the_form_has_what_a_page_needs() -> None:
    assert PETS.form() == {"kind": "class", "classes": ["cat", "dog"], "open": False}
