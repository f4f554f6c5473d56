from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from musechat.studio import camera
from musechat.studio.camera import shoot
from musechat.studio.film import Film, FilmBrief, plan


def small(**more: object) -> Film:
    brief = {"seconds": 3.0, "palette": "noon", "brightness": 0.6, "motion": 0.3, "cuts_per_minute": 60}
    return plan(FilmBrief(**{**brief, **more}, width=320, height=192), 3)  # type: ignore[arg-type]


def test_the_file_is_cut_where_the_plan_says(tmp_path: Path) -> None:
    film = small()
    shoot(film, tmp_path / "film.mp4")
    with av.open(str(tmp_path / "film.mp4")) as container:
        stream = container.streams.video[0]
        assert not container.streams.audio
        assert (stream.width, stream.height, stream.average_rate) == (320, 192, 25)
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        tags = stream.codec_context
        assert (tags.colorspace, tags.color_primaries, tags.color_trc, tags.color_range) == (1, 1, 1, 1)
        seen = list(container.decode(stream))
    pictures = np.stack([frame.to_ndarray(format="rgb24") for frame in seen]).astype(int)
    assert len(pictures) == film.frames
    assert [frame.pts * frame.time_base for frame in seen] == [pytest.approx(i / 25) for i in range(film.frames)]
    steps = np.abs(np.diff(pictures, axis=0)).mean(axis=(1, 2, 3))
    cuts = [shot.start for shot in film.shots[1:]]
    assert sorted(np.argsort(-steps)[: len(cuts)] + 1) == cuts
    assert {0, *cuts} <= {i for i, frame in enumerate(seen) if frame.key_frame}


def test_speech_is_heard_where_it_is_planned(tmp_path: Path) -> None:
    film = small(talking=True, seconds=4.0)
    shoot(film, tmp_path / "film.mp4")
    with av.open(str(tmp_path / "film.mp4")) as container:
        stream = container.streams.audio[0]
        assert (stream.codec_context.name, stream.rate, stream.channels) == ("aac", 48_000, 2)
        sound = np.concatenate([frame.to_ndarray() for frame in container.decode(stream)], axis=1)
    assert sound.shape[1] == pytest.approx(4.0 * 48_000, abs=2048)
    start, end = film.speech[0]
    inside = sound[:, round((start + 0.1) * 48_000) : round((end - 0.1) * 48_000)].std()
    before = sound[:, 4800 : round((start - 0.1) * 48_000)].std()
    assert inside > 20 * before > 0


def test_ambience_alone_is_sound_of_its_own(tmp_path: Path) -> None:
    shoot(small(ambience=True, seconds=1.0), tmp_path / "film.mp4")
    with av.open(str(tmp_path / "film.mp4")) as container:
        assert container.streams.audio


def test_a_film_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"before")

    def tears(film: Film) -> object:
        yield next(camera_frames(film))
        raise RuntimeError("the film tears")

    camera_frames = camera.frames
    monkeypatch.setattr(camera, "frames", tears)
    with pytest.raises(RuntimeError, match="tears"):
        shoot(small(), path)
    assert path.read_bytes() == b"before"
    assert [p.name for p in tmp_path.iterdir()] == ["film.mp4"]
