from __future__ import annotations

from collections import Counter

from musechat.concepts.vocabulary import shipped_vocabulary
from musechat.library.licence import allows
from musechat.studio.catalogue import CATALOGUE
from musechat.studio.composer import compose


def test_the_catalogue_is_varied_enough_to_choose_from() -> None:
    assert len(CATALOGUE) >= 24
    assert len({work.brief.title for work in CATALOGUE}) == len(CATALOGUE)
    assert len({work.artist for work in CATALOGUE}) >= 6
    assert len({(work.artist, work.album) for work in CATALOGUE}) == len({work.artist for work in CATALOGUE})
    assert len({work.brief.genre for work in CATALOGUE}) >= 12
    licences = Counter(work.licence for work in CATALOGUE)
    assert set(licences) == {"CC0 1.0", "CC BY 4.0", "CC BY-NC 4.0", None}
    assert min(licences.values()) >= 4


def test_its_moods_reach_every_corner() -> None:
    concepts = shipped_vocabulary().concepts
    places = [concepts[mood].at for work in CATALOGUE for mood in work.brief.moods]
    corners = Counter((place[0] > 0, place[1] > 0) for place in places if place)
    assert len(corners) == 4 and min(corners.values()) >= 4


def test_every_work_is_composed_at_a_demos_length() -> None:
    for work in CATALOGUE:
        score = compose(work.brief, work.seed)
        assert 45 <= score.seconds <= 75
        assert len(score.sections) >= 3 and score.lifts


def test_licences_are_ones_that_limits_understand() -> None:
    usable = [work for work in CATALOGUE if work.licence and allows("commercial use", work.licence)]
    assert 0 < len(usable) < len(CATALOGUE)
