from __future__ import annotations

import re
import sys
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musechat.app.times import RATES, clock, exact_rate, read_time, timecode
from musechat.core.errors import InputError


@pytest.mark.parametrize(
    ("fps", "rate"),
    [
        (23.976, Fraction(24000, 1001)),
        (23.98, Fraction(24000, 1001)),
        (24.0, Fraction(24)),
        (1440 / 60.022, Fraction(24)),
        (1438 / 59.9986, Fraction(24000, 1001)),
        (29.97002997, Fraction(30000, 1001)),
        (30.0, Fraction(30)),
        (59.94, Fraction(60000, 1001)),
        (12.34, Fraction(617, 50)),
        (0.0, None),
        (None, None),
    ],
)
def test_mean_rates_stand_for_exact_ones(fps: float | None, rate: Fraction | None) -> None:
    assert exact_rate(fps) == rate


@given(st.sampled_from(RATES), st.integers(0, 8 * 3600 * 60))
def test_timecode_names_each_frame_once(rate: Fraction, frame: int) -> None:
    code, after = (timecode(float(number / rate), rate) for number in (frame, frame + 1))
    assert re.fullmatch(r"\d\d:[0-5]\d:[0-5]\d[:;]\d{2,3}", code)
    assert code < after or len(code) < len(after)


def test_drop_frame_keeps_up_with_the_clock() -> None:
    ntsc = Fraction(30000, 1001)
    assert timecode(3600, ntsc) == "01:00:00;00"
    assert timecode(float(1800 / ntsc), ntsc) == "00:01:00;02"
    assert timecode(12.5, None) == "00:00:12.500"
    assert timecode(12.5, Fraction(1, 4)) == "00:00:12.500"


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="OpenTimelineIO has no wheel for this Python")
def test_the_reference_agrees_on_timecode() -> None:
    import opentimelineio as otio

    for rate in (Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(60000, 1001), Fraction(60)):
        for frame in (0, 1, 1799, 1800, 1801, 3599, 3600, 17981, 17982, 17983, 107891, 215784, 500000):
            said = otio.opentime.to_timecode(otio.opentime.RationalTime(frame, float(rate)), float(rate))
            assert timecode(float(frame / rate), rate) == said


@given(st.floats(0, 1e6))
def test_a_clock_time_can_be_read_back(seconds: float) -> None:
    assert read_time(clock(seconds)) == pytest.approx(seconds, abs=0.0501)


@pytest.mark.parametrize(("text", "seconds"), [("72.5", 72.5), ("1:12.5", 72.5), ("01:02:03", 3723), (" 0:32 ", 32)])
def test_times_are_read(text: str, seconds: float) -> None:
    assert read_time(text) == seconds


@pytest.mark.parametrize("text", ["1:99", "-3", "", "nan", "inf", "1e3", "1:2:3:4", "72,5", "１２", "1:60:00", ":30"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is no time"):
        read_time(text)
