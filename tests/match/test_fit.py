from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes import video
from library.fakes import features
from musechat.core.errors import InputError
from musechat.core.features import EncoderId, Form, TrackFeatures
from musechat.core.fit import Fit
from musechat.match.fit import fit

ENCODER = EncoderId("fake", "1")


def floats(values: object) -> np.ndarray:
    return np.asarray(values, np.float32)


def track(
    energy: object,
    beats: object = (),
    downbeats: object = (),
    borders: object = (),
    lifts: object = (),
    rises: object = (),
) -> TrackFeatures:
    form = Form(*(floats(marks) for marks in (beats, downbeats, borders, lifts, rises)))
    return features("song", ENCODER, energy=floats(energy), form=form)


def song(
    duration: float = 120.0, period: float = 0.5, borders: object = (16.0, 48.0, 80.0), lifts: object = (48.0,)
) -> TrackFeatures:
    """Four beats a bar from 0 on, quiet up to the first lift, loud after it; the last chord rings for two seconds."""
    beats = np.arange(0, duration - 2, period)
    marks = np.asarray(lifts, float)
    loud = np.arange(int(duration)) >= (marks[0] if marks.size else 0)
    rises = 8.0 - 2 * np.arange(marks.size)
    return track(np.where(loud, 0.9, 0.4), beats, beats[::4], borders, lifts, rises)


def assert_sound(laid: Fit, duration: float, length: float, begins: float = 0.0) -> None:
    """Pieces without gaps from the clip's start to its end, each within the track; fades within the clip."""
    assert laid.pieces[0].at == pytest.approx(begins, abs=1e-6)
    for piece, following in zip(laid.pieces, laid.pieces[1:], strict=False):
        assert following.at == pytest.approx(piece.until, abs=1e-6)
    for piece in laid.pieces:
        assert -1e-9 <= piece.start <= piece.end <= duration + 1e-6
    if laid.manner == "short":
        assert laid.until < length
    else:
        assert laid.until == pytest.approx(length, abs=1e-5)
    assert 0 <= laid.fade_in <= length
    assert 0 <= laid.fade_out <= length


@st.composite
def tracks(draw: st.DrawFn) -> tuple[TrackFeatures, float]:
    """Anything that measuring could come up with: empty marks, marks beyond the end, silence, fractions of a second."""
    duration = draw(st.one_of(st.floats(0, 3), st.floats(3, 300)))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    beats = np.arange(rng.uniform(0, 1), duration * rng.uniform(0.5, 1.1), rng.uniform(0.3, 1.2))
    if draw(st.booleans()):
        beats = beats[:0]
    downbeats = beats[draw(st.integers(0, 3)) :: 4] if draw(st.booleans()) else beats[:0]
    pool = downbeats if downbeats.size else np.arange(0, duration, 7.3)
    some = [np.sort(rng.choice(pool, min(pool.size, draw(st.integers(0, 6))), replace=False)) for _ in range(2)]
    energy = rng.uniform(0, 1, int(np.ceil(duration))) * draw(st.integers(0, 1))
    return track(energy, beats, downbeats, some[0], some[1], rng.uniform(1, 12, some[1].size)), duration


@st.composite
def clips(draw: st.DrawFn) -> tuple[float, tuple[float, ...] | None, np.ndarray | None]:
    length = draw(st.one_of(st.floats(0.05, 3), st.floats(3, 200)))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    cuts = tuple(np.sort(rng.uniform(0, length, draw(st.integers(0, 40))))) if draw(st.booleans()) else None
    curve = floats(rng.uniform(-1, 1, draw(st.integers(0, int(length) + 1)))) if draw(st.booleans()) else None
    return length, cuts, curve


@settings(max_examples=150, deadline=None)
@given(tracks(), clips(), st.one_of(st.none(), st.floats(0, 0.999)), st.one_of(st.none(), st.floats(-1, 1.5)))
def test_whatever_was_measured_the_clip_is_filled_from_within_the_track(
    made: tuple[TrackFeatures, float],
    clip: tuple[float, tuple[float, ...] | None, np.ndarray | None],
    hit: float | None,
    start: float | None,
) -> None:
    (heard, duration), (length, cuts, curve) = made, clip
    seen = video(duration=length, cuts=cuts, arousal_curve=curve)
    at = None if hit is None else hit * length
    begin = None if start is None else start * duration
    laid = fit(heard, duration, seen, start=begin, hit=at)
    assert laid == fit(heard, duration, seen, start=begin, hit=at)
    silent = laid.pieces[0].at
    assert_sound(laid, duration, length, begins=silent)
    if silent:
        assert laid.hit is not None and at is not None
    if at is not None and laid.hit is not None:
        assert laid.hit.clip == at
        assert laid.heard(at) == pytest.approx(laid.hit.track, abs=1e-3)


def test_the_strongest_lift_falls_exactly_where_it_shall() -> None:
    laid = fit(song(lifts=(48.0, 80.0)), 120.0, video(duration=30.0, cuts=None), hit=12.34)
    assert laid.hit is not None
    assert (laid.hit.track, laid.hit.asked_by) == (48.0, "you")
    assert laid.heard(12.34) == pytest.approx(48.0, abs=1e-6)


def test_of_two_equal_lifts_the_one_that_suits_the_picture_is_taken() -> None:
    beats = np.arange(0, 118, 0.5)
    heard = track(np.full(120, 0.6), beats, beats[::4], (48.0, 58.0, 80.0), (48.0, 80.0), (8.0, 8.0))
    laid = fit(heard, 120.0, video(duration=30.0, cuts=(5.0, 10.0, 20.0), arousal_curve=None), hit=10.0)
    assert laid.heard(10.0) == pytest.approx(48.0)


def test_a_lift_that_comes_too_early_is_led_in_by_repeating_whole_bars() -> None:
    laid = fit(song(borders=(8.0, 10.0), lifts=(10.0,)), 120.0, video(duration=60.0), hit=32.0)
    assert laid.hit is not None
    assert laid.heard(32.0) == pytest.approx(10.0)
    assert laid.heard(31.9) == pytest.approx(9.9)
    assert laid.manner == "loop"
    for piece, following in zip(laid.pieces, laid.pieces[1:], strict=False):
        assert (piece.end - following.start) % 2.0 == pytest.approx(0, abs=1e-6)
    assert_sound(laid, 120.0, 60.0)


def test_a_weak_lift_that_fits_does_not_stand_in_for_the_drop() -> None:
    beats = np.arange(0, 118, 0.5)
    heard = track(np.full(120, 0.6), beats, beats[::4], (20.0, 60.0), (20.0, 60.0), (12.0, 1.0))
    laid = fit(heard, 120.0, video(duration=50.0), hit=30.0)
    assert laid.heard(30.0) == pytest.approx(20.0)


def test_without_a_lift_a_border_falls_there_and_without_borders_a_downbeat_or_beat() -> None:
    clip, beats = video(duration=30.0), np.arange(0, 118, 0.5)
    for heard, marks in (
        (song(lifts=()), (16.0, 48.0, 80.0)),
        (song(lifts=(), borders=()), beats[::4]),
        (track(np.full(120, 0.5), beats), beats),
    ):
        laid = fit(heard, 120.0, clip, hit=7.77)
        assert laid.hit is not None
        assert laid.hit.track in marks
        assert laid.heard(7.77) == pytest.approx(laid.hit.track)


def test_silence_comes_first_only_where_nothing_else_can_fall_there() -> None:
    laid = fit(track(np.full(60, 0.5), lifts=(1.0,), rises=(6.0,)), 60.0, video(duration=30.0), hit=20.0)
    assert laid.pieces[0].at == pytest.approx(19.0)
    assert laid.heard(10.0) is None
    assert laid.heard(20.0) == pytest.approx(1.0)
    assert_sound(laid, 60.0, 30.0, begins=19.0)


def test_a_track_without_any_moment_is_laid_without_a_hit() -> None:
    laid = fit(track(np.full(60, 0.5)), 60.0, video(duration=30.0), hit=20.0)
    assert laid.hit is None


@pytest.mark.parametrize("hit", [-0.1, 10.0, 99.0])
def test_a_hit_outside_the_clip_is_refused_with_the_length_of_the_clip(hit: float) -> None:
    with pytest.raises(InputError, match=r"10\.0 s long"):
        fit(song(), 120.0, video(duration=10.0), hit=hit)


def test_cuts_find_the_beats_and_the_borders() -> None:
    cuts = tuple(c + j for c, j in zip((3.0, 7.0, 11.0, 19.0, 27.0), (0.01, -0.02, 0.02, 0.0, -0.01), strict=True))
    heard = song(borders=(24.0, 32.0, 40.0, 88.0), lifts=(32.0,))
    laid = fit(heard, 120.0, video(duration=30.0, cuts=cuts, arousal_curve=None, arousal=0.0))
    assert laid.start % 0.5 == pytest.approx(0.0, abs=0.02) or laid.start % 0.5 == pytest.approx(0.5, abs=0.02)
    on = [np.abs(np.array([24.0, 32.0, 40.0]) - laid.start - cut).min() < 0.03 for cut in cuts]
    assert sum(on) >= 2


def test_a_rising_clip_finds_the_rise() -> None:
    energy = np.concatenate([np.full(30, 0.5), np.linspace(0.2, 0.8, 10), np.full(30, 0.5)])
    rising = video(duration=10.0, arousal=0.0, arousal_curve=floats(np.linspace(-1, 1, 10)), cuts=None)
    assert fit(track(energy), 70.0, rising).start == pytest.approx(30.0, abs=0.6)


def test_without_a_curve_the_level_decides_and_the_earliest_wins() -> None:
    calm = video(duration=10.0, arousal=-0.5, arousal_curve=None, cuts=None)
    assert fit(track([0.9] * 20 + [0.25] * 40), 60.0, calm).start == pytest.approx(20.0, abs=1.5)
    assert fit(track(np.full(60, 0.25)), 60.0, calm).start == 0.0


def test_the_pictures_own_clear_rise_is_hit_without_asking() -> None:
    curve = floats(np.r_[np.full(15, -0.8), np.full(15, 0.8)])
    cuts = (7.0, 15.02, 17.0, 19.0, 21.0, 23.0, 25.0)
    laid = fit(song(), 120.0, video(duration=30.0, cuts=cuts, arousal_curve=curve, arousal=0.0))
    assert laid.hit is not None
    assert (laid.hit.asked_by, laid.hit.track) == ("picture", 48.0)
    assert laid.heard(15.02) == pytest.approx(48.0)


def test_the_tracks_own_ending_closes_a_long_clip() -> None:
    laid = fit(song(), 120.0, video(duration=40.0), start=32.0)
    assert laid.manner == "ending"
    assert laid.pieces[-1].end == pytest.approx(120.0, abs=2.0)
    assert laid.fade_out <= 0.5
    leap = laid.pieces[1].start - laid.pieces[0].end
    assert leap % 2.0 == pytest.approx(0.0, abs=1e-6)
    assert_sound(laid, 120.0, 40.0)


def test_a_hit_outlives_the_leap_to_the_ending() -> None:
    laid = fit(song(), 120.0, video(duration=40.0), hit=20.0)
    assert laid.heard(20.0) == pytest.approx(48.0)
    assert laid.heard(22.0) == pytest.approx(50.0)


def test_a_short_clip_fades_beginning_on_a_downbeat() -> None:
    laid = fit(song(), 120.0, video(duration=11.0), start=20.0)
    assert laid.manner == "trim"
    assert (31.0 - laid.fade_out) % 2.0 == pytest.approx(0.0)
    beside = fit(song(), 120.0, video(duration=11.0), start=36.8)
    assert beside.fade_out == pytest.approx(0.5)


def test_a_short_track_repeats_whole_bars_and_ends_as_it_ends() -> None:
    heard = song(60.0, borders=(8.0, 24.0, 40.0), lifts=(24.0,))
    laid = fit(heard, 60.0, video(duration=100.0))
    assert laid.manner == "loop"
    assert laid.pieces[-1].end == pytest.approx(60.0, abs=2.0)
    for piece, following in zip(laid.pieces, laid.pieces[1:], strict=False):
        passage = piece.end - following.start
        assert passage >= 16.0 - 1e-6
        assert passage % 2.0 == pytest.approx(0, abs=1e-6)
    assert_sound(laid, 60.0, 100.0)


def test_music_without_beats_repeats_too() -> None:
    laid = fit(track(np.full(40, 0.5)), 40.0, video(duration=100.0))
    assert laid.manner == "loop"
    assert_sound(laid, 40.0, 100.0)


@pytest.mark.parametrize("duration", [0.0, 0.4, 1.9])
def test_a_scrap_of_music_ends_before_the_clip_does(duration: float) -> None:
    laid = fit(track(np.full(int(np.ceil(duration)), 0.5)), duration, video(duration=10.0))
    assert laid.manner == "short"
    assert laid.until == pytest.approx(duration)


def test_a_start_that_is_given_is_kept() -> None:
    assert fit(song(), 120.0, video(), start=33.3).start == 33.3
