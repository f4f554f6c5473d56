from __future__ import annotations

import numpy as np
import pytest

from musechat.studio.instruments import VOICES, overdrive
from musechat.studio.percussion import KITS
from musechat.studio.score import DRUMS, INSTRUMENTS, RANGES
from musechat.studio.waves import Floats, Timbre, band_noise

RATE = 44_100
PLUCKED = ("piano", "electric piano", "acoustic guitar", "electric guitar", "bass", "synth bass", "pluck", "marimba")
SUSTAINED = ("organ", "strings", "choir", "pad", "flute", "violin", "brass", "saxophone", "lead")
PERCUSSION = (36, 38, 39, 42, 45, 46, 47, 49, 50, 51, 54, 70)


def hertz(pitch: int) -> float:
    return float(440 * 2 ** ((pitch - 69) / 12))


def spectrum(sound: Floats) -> tuple[Floats, Floats]:
    power = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2
    return np.fft.rfftfreq(len(sound), 1 / RATE), power


def centroid(sound: Floats) -> float:
    at, power = spectrum(sound)
    return float((at * power).sum() / power.sum())


def test_every_instrument_has_a_voice_or_a_kit() -> None:
    assert {*VOICES} == {*INSTRUMENTS} - {*DRUMS}
    assert {*KITS} == {*DRUMS}


@pytest.mark.parametrize("instrument", [*VOICES])
def test_a_tone_has_its_pitch_over_the_whole_range(instrument: str) -> None:
    for pitch in RANGES[instrument]:
        tone = VOICES[instrument].tone(hertz(pitch), RATE, 0.6, RATE)
        assert 0 < len(tone) <= RATE
        assert np.isfinite(tone).all()
        at, power = spectrum(np.pad(tone, (0, RATE - len(tone))))
        # Harmonic energy lies near multiples of the pitch (of half of it: an organ's lowest drawbar; bells are apart).
        near = np.abs(at / hertz(pitch) - np.round(at / hertz(pitch))) * hertz(pitch) < max(8, 0.03 * hertz(pitch))
        near |= np.abs(at / hertz(pitch) - 1) < 0.1
        if instrument != "bells":
            assert power[near].sum() > 0.6 * power.sum()


@pytest.mark.parametrize("instrument", PLUCKED)
@pytest.mark.parametrize("pitch", [40, 52])
def test_plucked_tones_begin_at_once(instrument: str, pitch: int) -> None:
    tone = np.abs(VOICES[instrument].tone(hertz(pitch), RATE // 2, 0.8, RATE))
    assert tone[: RATE // 100].max() > 0.7 * tone.max()


@pytest.mark.parametrize("kit", DRUMS)
@pytest.mark.parametrize("pitch", PERCUSSION)
def test_hits_begin_at_once_and_end(kit: str, pitch: int) -> None:
    sound = np.abs(KITS[kit].hit(pitch)(0.8, RATE))
    assert sound[: RATE // 100].max() > 0.6 * sound.max()
    assert sound[-10:].max() < 0.01 * sound.max()


@pytest.mark.parametrize("instrument", SUSTAINED)
def test_sustained_tones_last(instrument: str) -> None:
    tone = VOICES[instrument].tone(hertz(64), 4 * RATE, 0.6, RATE)
    halves = [np.sqrt(np.square(half).mean()) for half in (tone[RATE : 2 * RATE], tone[-RATE:])]
    assert halves[1] == pytest.approx(halves[0], rel=0.3)


@pytest.mark.parametrize("instrument", ["piano", "acoustic guitar", "strings", "brass", "electric piano"])
def test_louder_is_brighter(instrument: str) -> None:
    tone = VOICES[instrument].tone
    assert centroid(tone(hertz(57), RATE, 1.0, RATE)) > 1.1 * centroid(tone(hertz(57), RATE, 0.1, RATE))


def test_low_strings_ring_longer() -> None:
    tone = VOICES["piano"].tone
    assert len(tone(hertz(36), 60 * RATE, 0.5, RATE)) > 2 * len(tone(hertz(84), 60 * RATE, 0.5, RATE))


def test_nothing_aliases() -> None:
    for pitch in (60, 96, 108):
        levels = Timbre(slope=0.0).amplitudes(hertz(pitch), 1.0, 16_000)
        assert len(levels) * hertz(pitch) <= 8000
        assert np.square(levels).sum() == pytest.approx(1)


def test_a_pitch_above_everything_still_has_one_harmonic() -> None:
    assert len(Timbre(top=1000.0).amplitudes(3000.0, 0.5, RATE)) == 1


def test_a_kit_plays_unknown_pitches_by_their_nearest() -> None:
    kit = KITS["drums"]
    assert kit.hit(35) is kit.hit(36)
    assert kit.hit(127) is kit.hit(70)


def test_the_kits_differ() -> None:
    for pitch in (36, 38, 42):
        assert KITS["drums"].hit(pitch) != KITS["electronic drums"].hit(pitch)


def test_overdrive_adds_harmonics_and_keeps_the_length() -> None:
    time = np.arange(RATE) / RATE
    pure = np.sin(2 * np.pi * 220 * time).astype(np.float32)
    loud = overdrive(pure, 10.0, RATE)
    assert loud.shape == pure.shape
    assert centroid(loud) > 1.2 * centroid(pure)


def test_noise_keeps_to_its_band() -> None:
    at, power = spectrum(band_noise(RATE, 1000.0, 2000.0, RATE, 1)[:RATE])
    assert power[(at > 700) & (at < 2900)].sum() > 0.9 * power.sum()
