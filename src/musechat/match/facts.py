"""The facts about one track that a reason may state.

In: a `Track`, its features, the tagger's names. Out: evidence with weight 0, for stating, not for ranking.

- A name is evidence too: it was read from a tag, a file name, a sidecar, or said by the user.
- Tags are stated as what they are, the tagger's strongest outputs; that is a fact about the tagger.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from musechat.core.evidence import Evidence
from musechat.core.track import EDITABLE

if TYPE_CHECKING:
    from musechat.core.features import TrackFeatures
    from musechat.core.track import Track

MUSIC_MOOD = "tempo, loudness, beat, key and tags"


def name_evidence(track: Track) -> tuple[Evidence, ...]:
    """Title, artist, album, licence …: all that is known by name, with where it was read."""
    facts = ((name, getattr(track, name)) for name in EDITABLE)
    return tuple(Evidence("name", "track", name, fact.value, "", fact.source) for name, fact in facts if fact)


def sound_evidence(
    features: TrackFeatures, duration: float, strongest: list[tuple[str, float]]
) -> tuple[Evidence, ...]:
    """Tempo, key, loudness, mood and the strongest tags, as far as they were measured."""
    found = [Evidence("tag", "track", tag, round(value, 3), "probability", "musicnn") for tag, value in strongest]
    if features.bpm is not None:
        found.append(Evidence("measured", "track", "tempo", round(features.bpm, 1), "BPM", "tempo from onsets"))
    if features.key_name is not None:
        found.append(Evidence("measured", "track", "key", features.key_name, "", "key from chroma"))
    if features.loudness is not None:
        found.append(Evidence("measured", "track", "loudness", round(features.loudness, 1), "LUFS", "EBU R 128"))
    found.append(Evidence("measured", "track", "length", round(duration, 1), "s", "decoded length"))
    found.append(Evidence("mood", "track", "arousal", round(features.arousal, 3), "−1–1", MUSIC_MOOD))
    found.append(Evidence("mood", "track", "valence", round(features.valence, 3), "−1–1", MUSIC_MOOD))
    return tuple(found)


def strongest_tags(features: TrackFeatures, tag_names: tuple[str, ...], at_most: int) -> list[tuple[str, float]]:
    """The tagger's strongest outputs over the whole track, each word once, without the name of its system."""
    means = features.tags.mean(axis=0)  # (t,)
    found: dict[str, float] = {}
    for index in np.argsort(-means, kind="stable"):
        found.setdefault(tag_names[int(index)].rpartition(":")[2].lower(), float(means[index]))
        if len(found) == at_most:
            break
    return list(found.items())
