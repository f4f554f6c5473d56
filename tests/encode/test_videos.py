from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fakes import FakeImage, FakeSpeech
from musechat.concepts.vocabulary import shipped_vocabulary
from musechat.core.errors import MediaError
from musechat.encode.scenes import SceneGroups
from musechat.encode.videos import File2Profile
from musechat.media import AudioClip, AudioStreamInfo, Frame, MediaInfo, SweepChunk, SweepPlan, VideoStreamInfo

CLIP = Path("clip.mp4")


class Screen:
    """A decoder that plays a ten-second film: five dark blue seconds, a cut, five bright red ones."""

    def __init__(self, *, video: bool = True, sound: bool = False, frames: bool = True, cover: bool = False) -> None:
        self.sound, self.frames = sound, frames
        stream = VideoStreamInfo("h264", 640, 360, 0, 25.0, "yuv420p", 0.0) if video else None
        audio = AudioStreamInfo("aac", 48_000, 2) if sound or not video else None
        self.info = MediaInfo("mov,mp4", 10.0, audio, stream, cover, {}, None)
        self.spans: tuple[tuple[float, float], ...] = ((0.0, 10.0),)
        self.clip = own_sound((0.0, 10.0))

    def picture(self, time: float, height: int, width: int) -> np.ndarray:
        shape = np.zeros((height, width, 3), np.uint8)
        shape[:] = (20, 20, 90) if time < 5 else (250, 120, 100)
        rows, columns = np.mgrid[0:height, 0:width]
        pattern = (rows * 3 + columns) % 17 if time < 5 else (rows * columns) % 23
        return np.clip(shape + pattern[..., None] * 4, 0, 255).astype(np.uint8)

    def probe(self, path: object) -> MediaInfo:
        return self.info

    def keyframes(self, path: object, at_most: int, short_side: int) -> list[Frame]:
        return [Frame(t, self.picture(t, 72, 128)) for t in (0.0, 7.0)] if self.frames else []

    def sweep(self, path: object, plan: SweepPlan) -> Iterator[SweepChunk]:
        if not self.frames:
            return
        for start in (0.0, 5.0):
            times = start + np.arange(0, 5, 0.08)
            thumbs = np.stack([self.picture(t, 36, 64) for t in times])
            frames = tuple(Frame(start + s, self.picture(start + s, 72, 128)) for s in range(5))
            yield SweepChunk(times, thumbs, frames, (start + 5) / 10, self.spans)

    def audio(self, path: object) -> AudioClip:
        if not self.sound:
            raise MediaError("damaged")
        return self.clip


def own_sound(
    *windows: tuple[float, float], duration: float = 10.0, loud: tuple[float, float] = (1.0, 2.0)
) -> AudioClip:
    """Windows of (start, length) seconds, loud between two seconds of each."""
    samples = np.zeros((len(windows), round(windows[0][1] * 16_000)), np.float32)
    samples[:, round(loud[0] * 16_000) : round(loud[1] * 16_000)] = 0.5
    return AudioClip(
        samples=samples.ravel(),
        rate=16_000,
        starts=np.array([start for start, _ in windows]),
        lengths=tuple(round(length * 16_000) for _, length in windows),
        duration=duration,
        loudness_lufs=-20.0,
        loudness_range=None,
        momentary=np.zeros(0, np.float32),
        damaged=0,
    )


def analyser(screen: Screen) -> File2Profile:
    return File2Profile(screen, FakeImage(), FakeSpeech())


def test_the_first_look_says_nothing_of_what_it_did_not_measure() -> None:
    profile = analyser(Screen()).first_look(CLIP)
    assert (profile.motion, profile.cuts, profile.arousal_curve, profile.cuts_per_minute) == (None,) * 4
    assert profile.stage == "keyframes"
    assert profile.speech is None
    assert profile.embeddings.shape == (2, 3)
    assert profile.scenes[0].name == "coast and beach"


def test_the_full_pass_finds_the_cut_and_the_change() -> None:
    heard: list[float] = []

    class Progress:
        def start(self, label: str, total: float) -> None:
            heard.append(0.0)

        def advance(self, amount: float, detail: str = "") -> None:
            heard.append(amount)

    profile = analyser(Screen(sound=True)).watch(CLIP, Progress())
    assert profile.cuts == pytest.approx((5.0,), abs=0.1)
    assert profile.cuts_per_minute == pytest.approx(6)
    assert profile.arousal_curve is not None
    assert len(profile.arousal_curve) == 10
    assert profile.own_loudness == -20.0
    assert profile.speech == ((1.0, 2.0),)
    assert profile.notes == ()
    assert sum(heard) == pytest.approx(1.0)
    assert profile.motion == pytest.approx(0, abs=0.05)
    assert set(profile.colours) & {"blue", "red", "pink", "orange"}


def test_a_clip_watched_in_windows_says_so() -> None:
    screen = Screen()
    screen.spans = ((0.0, 3.0), (7.0, 10.0))
    profile = analyser(screen).watch(CLIP)
    assert profile.watched == 6.0
    assert "2 windows" in profile.notes[0]


def test_a_broken_sound_track_does_not_stop_the_picture() -> None:
    screen = Screen(sound=True)
    screen.sound = False
    profile = analyser(screen).watch(CLIP)
    assert profile.has_sound
    assert profile.own_loudness is None
    assert profile.speech is None


def test_a_silent_film_is_not_a_film_in_which_nobody_speaks() -> None:
    assert analyser(Screen()).watch(CLIP).speech is None
    quiet = Screen(sound=True)
    quiet.clip = own_sound((0.0, 10.0), loud=(0.0, 0.0))
    assert analyser(quiet).watch(CLIP).speech == ()


def test_listening_needs_no_pictures() -> None:
    heard = analyser(Screen(sound=True, frames=False)).listen(CLIP)
    assert (heard.loudness, heard.speech, heard.notes) == (-20.0, ((1.0, 2.0),), ())
    assert analyser(Screen()).listen(CLIP).speech is None


def test_speech_lies_on_the_clock_of_the_clip() -> None:
    screen = Screen(sound=True)
    screen.clip = own_sound((0.4, 9.6))  # the sound begins late
    ((start, end),) = analyser(screen).watch(CLIP).speech or ()
    assert (start, end) == pytest.approx((1.4, 2.4))
    screen.clip = own_sound((0.0, 4.0), (500.0, 4.0), (996.0, 4.0), duration=1000.0)
    heard = analyser(screen).listen(CLIP)
    assert np.array(heard.speech) == pytest.approx(np.array([(1, 2), (501, 502), (997, 998)]))
    assert heard.notes == ("Only 0 of 17 minutes of its sound were heard in 3 windows.",)
    assert analyser(screen).watch(CLIP).notes == heard.notes


def test_clocks_that_jump_back_still_give_spans_in_order() -> None:
    screen = Screen(sound=True)
    screen.clip = own_sound((50.0, 4.0), (0.5, 4.0), (0.0, 4.0), (0.25, 4.0), duration=12.0)
    heard = analyser(screen).listen(CLIP)
    assert heard.speech == ((1.0, 2.5), (51.0, 52.0))


def test_a_sound_track_cut_short_says_so() -> None:
    screen = Screen(sound=True)
    screen.clip = own_sound((0.0, 60.0), duration=180.0)
    assert analyser(screen).listen(CLIP).notes == ("Only 1 of 3 minutes of its sound were heard.",)


@pytest.mark.parametrize(
    ("screen", "said"),
    [
        (Screen(video=False), "no moving pictures"),
        (Screen(video=False, cover=True), "cover picture and sound"),
        (Screen(frames=False), "No picture"),
    ],
)
def test_a_file_without_pictures_is_refused(screen: Screen, said: str) -> None:
    analyse = analyser(screen)
    with pytest.raises(MediaError, match=said) as caught:
        analyse.first_look(CLIP)
    assert caught.value.reason == "no_pictures"
    with pytest.raises(MediaError, match=said):
        analyse.watch(CLIP)


def test_scenes_need_a_sure_class() -> None:
    names = FakeImage().class_names
    groups = SceneGroups(names)
    unsure = np.full((3, len(names)), 1 / len(names), np.float32)
    assert groups.scenes(unsure) == ()
    assert groups.scenes(unsure[:0]) == ()
    unsure[:, names.index("castle")] = 0.5
    (scene,) = groups.scenes(unsure)
    assert (scene.name, scene.probability) == ("historic buildings", 0.5)


def test_what_scenes_suit_can_be_measured() -> None:
    measurable = {concept.name for concept in shipped_vocabulary().measurable}
    names = FakeImage().class_names
    everything = np.ones((1, len(names)), np.float32)
    scenes = SceneGroups(names).scenes(everything, at_most=100)
    assert len(scenes) == 18
    assert {scene.suits for scene in scenes} - {None} <= measurable


def test_pictures_and_sound_that_are_not_decoded_are_named() -> None:
    screen = Screen()
    screen.info = replace(screen.info, video=None, pictures_in="ffv1")
    with pytest.raises(MediaError, match=r"does not decode \(ffv1\): convert it to H\.264"):
        analyser(screen).watch(CLIP)
    screen = Screen()
    screen.info = replace(screen.info, sound_in="wmav2")
    assert analyser(screen).watch(CLIP).notes == ("Its own sound is not heard: MuseChat does not decode wmav2.",)


def test_a_clip_is_as_long_as_its_pictures() -> None:
    screen = Screen()
    assert screen.info.video is not None
    screen.info = replace(screen.info, duration=30.0, video=replace(screen.info.video, seconds=10.0))
    assert analyser(screen).watch(CLIP).duration == 10.0


def test_shots_lie_between_the_cuts() -> None:
    dark, bright = analyser(Screen()).watch(CLIP).shots
    assert (dark.start, dark.end, bright.end) == (0.0, pytest.approx(5.0, abs=0.1), 10.0)
    assert dark.end == bright.start
    assert dark.brightness < 0.3 < 0.5 < bright.brightness
    assert dark.motion is not None
