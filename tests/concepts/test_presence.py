from __future__ import annotations

import numpy as np
import pytest

from musechat.concepts.presence import ConceptScorer, Presence
from musechat.concepts.reference import PRIOR_TRACKS, Reference, fit_reference, inputs
from musechat.concepts.vocabulary import ATTRIBUTES, TAGS, Vocabulary, read_vocabulary, shipped_vocabulary
from musechat.core.errors import InputError

VOCABULARY = shipped_vocabulary()
NEUTRAL = fit_reference(TAGS, np.zeros((0, len(TAGS) + len(ATTRIBUTES)), np.float32))
USUAL = float(1 / (1 + np.exp(4.4)))


def score(
    rows: list[dict[str, float]], attributes: dict[str, list[float]] | None = None, reference=NEUTRAL
) -> Presence:
    """Tracks that are usual but for what is given."""
    tags = np.full((len(rows), len(TAGS)), USUAL, np.float32)
    for row, given in enumerate(rows):
        for tag, value in given.items():
            tags[row, TAGS.index(tag)] = value
    given_attributes = {name: np.array(values, np.float32) for name, values in (attributes or {}).items()}
    return ConceptScorer(VOCABULARY, TAGS, reference, floors={})(tags, given_attributes)


def column(presence: Presence, concept: str) -> np.ndarray:
    return presence.scores[:, presence.concepts.index(concept)]


def test_a_usual_track_is_in_the_middle_of_everything() -> None:
    presence = score([{}])
    assert presence.scores.shape == (1, len(VOCABULARY.measurable))
    assert presence.scores.dtype == np.float32
    assert np.allclose(presence.scores, 0.5, atol=0.01)
    assert not presence.breaks.any()


def test_tags_raise_what_they_hear_and_lower_the_opposite() -> None:
    presence = score([{"mtt:piano": 0.6, "msd:electronic": 0.002}, {"msd:electronic": 0.5}])
    piano, acoustic, electronic = (column(presence, name) for name in ("piano", "acoustic", "electronic"))
    assert piano[0] > 0.9 > 0.6 > piano[1]
    assert acoustic[0] > 0.5 > acoustic[1]
    assert electronic[1] > 0.5 > electronic[0]


def test_scores_compare_between_concepts() -> None:
    """One standard deviation above the usual is the same score, however many tags hear the concept."""
    deviation = NEUTRAL.std[0]
    raised = float(1 / (1 + np.exp(4.4 - deviation)))
    presence = score([{"mtt:piano": raised}, {"mtt:beat": raised, "mtt:beats": raised}], {"beat_strength": [0.5, 0.7]})
    assert column(presence, "piano")[0] == pytest.approx(0.846, abs=0.01)
    assert column(presence, "beat")[1] == pytest.approx(0.87, abs=0.04)


def test_measurements_count_and_their_lack_is_neutral() -> None:
    rows = [{}, {}, {}]
    presence = score(
        rows, {"bpm": [180, 70, np.nan], "arousal": [0.8, -0.8, np.nan], "valence": [0.0, -np.inf, np.nan]}
    )
    for concept, order in (("fast", (0, 2, 1)), ("slow", (1, 2, 0)), ("energetic", (0, 2, 1))):
        found = column(presence, concept)
        assert found[order[0]] > found[order[1]] > found[order[2]]
        assert found[2] == pytest.approx(0.5, abs=0.01)
    assert np.isfinite(presence.scores).all()
    assert score(rows, {"bpm": [0, -1, np.nan]}).scores.shape == presence.scores.shape


def test_a_genre_has_its_usual_tempo_counted_once_or_half_as_often() -> None:
    rows = [{"msd:electronic": 0.1}] * 5
    found = column(score(rows, {"bpm": [172, 86, 128, 196, np.nan]}), "drum and bass")
    assert found[0] > found[4] > found[2]
    assert found[1] > found[4] > found[3]
    assert column(score([{}], {"bpm": [172]}), "jazz")[0] == pytest.approx(column(score([{}]), "jazz")[0], abs=0.01)


def test_what_nothing_measured_is_in_the_middle() -> None:
    tags = np.full((1, len(TAGS)), np.nan, np.float32)
    nothing = {name: np.array([np.nan], np.float32) for name in ATTRIBUTES}
    presence = ConceptScorer(VOCABULARY, TAGS, NEUTRAL, floors={})(tags, nothing)
    assert np.allclose(presence.scores, 0.5)
    assert not presence.breaks.any()


def test_a_score_says_what_it_is_made_of() -> None:
    presence = score([{}])
    made_of = dict(zip(presence.concepts, presence.sources, strict=True))
    assert made_of["piano"] == "musicnn tags, calibrated"
    assert made_of["drum and bass"] == "musicnn tags and measured tempo and beat strength, calibrated"
    assert made_of["happy"] == "musicnn tags and measured valence, calibrated"
    assert made_of["upbeat"] == "musicnn tags and measured arousal and valence, calibrated"
    measured = read_vocabulary(
        '[tempo]\nbrisk = { heard_by = { "arousal" = 0.2, "bpm" = 1.0, "beat_strength" = 0.3 } }'
    )
    everything = Vocabulary({**VOCABULARY.concepts, **measured.concepts}, {}, ())
    heard = ConceptScorer(everything, TAGS, NEUTRAL)(np.full((1, len(TAGS)), USUAL, np.float32), {})
    assert dict(zip(heard.concepts, heard.sources, strict=True))["brisk"] == "measured tempo, arousal and beat strength"


def test_an_exclusion_is_broken_by_a_high_score_or_by_its_own_loud_tag() -> None:
    metal = fit_reference(TAGS, inputs(np.full((500, len(TAGS)), 0.6, np.float32), {}))
    presence = score([{"msd:metal": 0.35, "mtt:metal": 0.35}, {}], reference=metal)
    assert column(presence, "metal")[0] < 0.5, "unremarkable among metal"
    assert presence.breaks[:, presence.concepts.index("metal")].tolist() == [True, False]
    assert score([{"mtt:drums": 0.12}]).breaks[0, presence.concepts.index("drums")]


def test_voices() -> None:
    sung = {"mtt:vocals": 0.4, "mtt:singing": 0.4, "mtt:no vocals": 0.01}
    presence = score(
        [
            sung | {"mtt:female vocal": 0.4, "msd:female vocalists": 0.5},
            sung | {"mtt:male vocal": 0.4, "msd:male vocalists": 0.5},
            {"mtt:no vocals": 0.5, "mtt:no voice": 0.4, "msd:instrumental": 0.4},
        ]
    )
    assert {name: allowed.tolist() for name, allowed in presence.voices.items()} == {
        "none": [False, False, True],
        "any": [True, True, False],
        "female": [True, False, False],
        "male": [False, True, False],
    }
    assert presence.voice[0] > 0.9 and presence.voice[2] < 0.1


@pytest.mark.parametrize(
    ("tags", "others", "free_of_voices"),
    [
        ({"msd:female vocalists": 0.35}, {}, False),
        ({"msd:female vocalists": 0.15}, {}, False),
        ({"msd:female vocalists": 0.15}, dict.fromkeys(TAGS[:6], 0.5), True),
        ({"msd:female vocalists": 0.35}, dict.fromkeys(TAGS[:6], 0.5), False),
        ({"msd:female vocalists": 0.08}, {}, True),
        ({"mtt:singing": 0.2}, {}, False),
        ({"mtt:piano": 0.6}, {}, True),
    ],
)
def test_no_vocals_means_that_no_tag_speaks_of_voices(
    tags: dict[str, float], others: dict[str, float], free_of_voices: bool
) -> None:
    """However strong "no vocals" is: a reply that tells "female vocalists" must not call the track instrumental."""
    presence = score([{"mtt:no vocals": 0.4, "mtt:no voice": 0.3, "msd:instrumental": 0.4} | others | tags])
    assert presence.voice[0] < 0.5
    assert presence.voices["none"].tolist() == [free_of_voices]


def test_a_tagger_without_a_needed_tag_is_refused() -> None:
    with pytest.raises(InputError, match="no tag 'mtt:piano'"):
        ConceptScorer(VOCABULARY, tuple(tag for tag in TAGS if tag != "mtt:piano"))


def test_a_large_library_is_its_own_reference_and_a_small_one_is_not() -> None:
    rng = np.random.default_rng(0)
    small = score([{"mtt:piano": 0.5}] * 2, reference=None)
    large = score([{"mtt:piano": 0.5}] * 900, reference=None)
    assert column(small, "piano")[0] > 0.8
    assert column(large, "piano")[0] < 0.7
    values = inputs(rng.beta(1, 9, (3000, len(TAGS))).astype(np.float32), {"bpm": rng.uniform(60, 180, 3000)})
    fitted = fit_reference(TAGS, values)
    assert np.allclose(fitted.mean[:-5], values[:, :-5].mean(axis=0), atol=0.1)
    assert fitted.mean[-1] == NEUTRAL.mean[-1], "never measured: as before"
    assert fit_reference(TAGS, values[: PRIOR_TRACKS // 3], prior=fitted).std[0] == pytest.approx(
        fitted.std[0], rel=0.2
    )


def test_the_reference_travels_as_json_in_any_order_of_tags() -> None:
    values = inputs(np.random.default_rng(1).beta(1, 9, (50, len(TAGS))).astype(np.float32), {})
    fitted = fit_reference(TAGS, values)
    back = Reference.from_json(fitted.to_json(), TAGS[::-1])
    assert back.tracks == 50
    assert np.allclose(back.mean[: len(TAGS)], fitted.mean[: len(TAGS)][::-1], atol=1e-3)
    assert back.names[-1] == ATTRIBUTES[-1]
    with pytest.raises(InputError, match="no entry for 'mtt:kazoo'"):
        Reference.from_json(fitted.to_json(), ("mtt:kazoo",))


def test_ten_thousand_tracks_are_scored_at_once() -> None:
    tags = np.random.default_rng(0).beta(0.5, 8, (10_000, len(TAGS))).astype(np.float32)
    scorer = ConceptScorer(VOCABULARY, TAGS, NEUTRAL)
    presence = scorer(tags, {})
    assert presence.scores.shape == (10_000, len(VOCABULARY.measurable))
    assert np.isfinite(presence.scores).all()
