from __future__ import annotations

import pytest

from musechat.concepts.lexicon import Lexicon
from musechat.concepts.tokens import words
from musechat.concepts.vocabulary import ATTRIBUTES, TAGS, read_vocabulary, shipped_vocabulary
from musechat.core.errors import InputError

VOCABULARY = shipped_vocabulary()


def test_it_is_large_and_mostly_measurable():
    assert len(VOCABULARY.concepts) >= 150
    assert len(VOCABULARY.measurable) >= 120


def test_every_source_exists_and_every_tag_is_of_use():
    used = {source for concept in VOCABULARY.concepts.values() for source in concept.heard_by}
    assert used <= {*TAGS, *ATTRIBUTES}
    assert len(TAGS) == 100
    assert set(ATTRIBUTES) <= used


def test_every_word_means_one_concept_or_is_ambiguous_on_purpose():
    owners: dict[tuple[str, ...], set[str]] = {}
    for concept in VOCABULARY.concepts.values():
        for word in (*concept.words, *concept.more):
            owners.setdefault(words(word), set()).add(concept.name)
    assert {word: names for word, names in owners.items() if len(names) > 1} == {}
    assert all(len(names) > 1 for names in VOCABULARY.ambiguous.values())


def test_opposites_are_mutual():
    pairs = [(c.name, c.opposite) for c in VOCABULARY.concepts.values() if c.opposite]
    assert len(pairs) >= 20
    assert all(VOCABULARY[other].opposite == name for name, other in pairs)
    assert {
        ("fast", "slow"), ("happy", "sad"), ("calm", "energetic"), ("upbeat", "mellow"), ("loud", "quiet"),
        ("dark", "bright"), ("acoustic", "electronic"), ("aggressive", "peaceful"), ("vocals", "instrumental"),
    } <= set(pairs)  # fmt: skip


def test_phrases_read_as_parts_of_a_sentence():
    said = {name: VOCABULARY.phrase(name) for name in ("piano", "melancholic", "80s", "energetic", "slow", "uplifting")}
    assert said == {
        "piano": "piano",
        "melancholic": "a melancholic mood",
        "80s": "the 80s",
        "energetic": "high energy",
        "slow": "a slow tempo",
        "uplifting": "an uplifting mood",
    }
    assert VOCABULARY.phrase("no such concept") == "no such concept"


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("not toml [", "valid TOML"),
        ("[colour]\nred = {}", "no kind 'colour'"),
        ("[mood]\nglad = { hue = 1 }", "unknown field 'hue'"),
        ('[mood]\nglad = { heard_by = { "mtt:glad" = 1.0 } }', "'mtt:glad', which is no tag"),
        ('[mood]\nglad = { heard_by = { "mtt:rock" = 3.0 } }', "weight 3.0"),
        ("[mood]\nglad = { at = [2.0, 0.0] }", "valence, arousal"),
        ('[genre]\njig = { tempo = [180, 120], heard_by = { "msd:folk" = 1.0 } }', "tempo of"),
        ("[genre]\njig = { tempo = [100, 120] }", "tempo of"),
        ("[mood]\nglad = {}\n[genre]\nglad = {}", "stands twice"),
        ('[mood]\nglad = { words = ["x"] }\nsad = { words = ["X"] }', "belongs to glad"),
        ('[mood]\nglad = { words = ["…"] }', "'…'"),
        ('[mood]\nglad = { opposite = "sad" }\nsad = {}', "not mutual"),
        ('[mood]\nglad = {}\n[ambiguous]\njoy = ["glad", "sad"]', "means 'sad'"),
    ],
)
def test_a_wrong_vocabulary_names_what_is_wrong(toml: str, said: str):
    with pytest.raises(InputError, match=said):
        read_vocabulary(toml)


def test_a_phrase_cannot_be_two_things():
    cues = '[cue]\nmore = ["piano"]\n[licence]\n[filler]\nwords = []\n[foreign]\nwords = []\nenglish = []\n'
    with pytest.raises(InputError, match="'piano' is a concept already"):
        Lexicon(VOCABULARY, cues)
