from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musechat.concepts.hits import find_hits
from musechat.concepts.understand import understand
from musechat.concepts.vocabulary import shipped_vocabulary
from musechat.core.request import Request

VOCABULARY = shipped_vocabulary()


def read(text: str) -> Request:
    return understand(text, VOCABULARY)


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("let the drop fall on 0:32", 32.0),
        ("Let the lift land at 32 seconds", 32.0),
        ("the drop at 0:32", 32.0),
        ("the chorus should come at 1:05", 65.0),
        ("hit point at 12s", 12.0),
        ("I want the music to take off at 0:20", 20.0),
        ("let the climax hit at 1:05 please", 65.0),
        ("the beat should drop at 0:32", 32.0),
        ("let the build come on 0:32", 32.0),
        ("the drop should be at 32", 32.0),
        ("can you make the drop hit exactly at 0:32.5?", 32.5),
        ("sync the drop to 0:32", 32.0),
        ("line the chorus up with 0:32", 32.0),
        ("align the drop with the 32 second mark", 32.0),
        ("at 0:32 the drop should come", 32.0),
        ("at 0:20 I want the music to take off", 20.0),
        ("0:32 is where the drop should be", 32.0),
        ("the drop comes 20 seconds in", 20.0),
        ("make sure the beat drop lands thirty-two seconds in", 32.0),
        ("drop at 1 minute 5 seconds", 65.0),
        ("the drop a minute in", 60.0),
        ("the drop half a minute in", 30.0),
        ("put the lift at 1:02:03", 3723.0),
        ("hit 0:32 with the drop", 32.0),
        ("the lift at second 32", 32.0),
        ("the peak after 40 seconds", 40.0),
        ("move it to 0:40", 40.0),
        ("no, the drop at 0:40 instead", 40.0),
        ("the drop not at 0:32 but at 0:40", 40.0),
        ("the drop at 0:20. No, the drop at 0:25", 25.0),
    ],
)
def test_a_moment_of_music_and_a_time_are_a_hit_and_nothing_is_left_over(text: str, second: float) -> None:
    request = read(text)
    assert request == Request(text=text, act="refine", hit=second)


@pytest.mark.parametrize(
    "text",
    [
        "a build-up for 20 seconds",
        "a track of 2 minutes with a drop",
        "drop the vocals at 0:32",
        "lift the tempo limit",
        "a song with a big chorus, under 2 minutes",
        "it should be 2:30 long",
        "my video has a jump at 0:45",
        "a drop at 120 bpm",
        "a chorus of 2 minutes",
        "music that builds up in 2 minutes",
        "a climax with 30 seconds",
        "I like the drop at 0:32",
        "start it at 0:40",
    ],
)
def test_other_times_and_other_words_are_no_hit(text: str) -> None:
    assert read(text).hit is None


def test_limits_stay_limits_beside_a_hit() -> None:
    request = read("around 100 bpm, under 2 minutes, no vocals, let the drop land at 0:30, piano")
    assert request.hit == 30.0
    limits = request.constraints
    assert (limits.tempo_min, limits.tempo_max, limits.duration_max, limits.vocals) == (92.0, 108.0, 120.0, "none")
    assert [want.concept for want in request.wants] == ["piano"]
    assert (request.avoids, request.unmatched) == ((), ())


@pytest.mark.parametrize(
    "text",
    [
        "never mind the drop",
        "forget the drop at 0:32",
        "forget about the hit point",
        "no hit point",
        "the drop doesn't matter",
        "I don't want the drop at 0:32",
        "undo the drop at 0:32",
    ],
)
def test_a_hit_can_be_taken_back(text: str) -> None:
    assert read(text) == Request(text=text, act="refine", lifts=("hit",))


@given(st.text(alphabet="adropthe 0:32sin,.5", max_size=60))
def test_hits_lie_in_order_within_the_line(line: str) -> None:
    ends = [place for hit in find_hits(line) for place in (hit.start, hit.end)]
    assert ends == sorted(ends)
    assert all(0 <= place <= len(line) for place in ends)


@pytest.mark.parametrize("phrase", ["the drop should ", "i want the ", "at 0:32 i want let ", "drop right just "])
def test_long_messages_take_time_in_proportion(phrase: str) -> None:
    begun = time.perf_counter()
    find_hits((phrase * 400)[:4000] + "0")
    assert time.perf_counter() - begun < 2
