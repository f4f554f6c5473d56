"""What a message says of the track on the table, as against what it wishes for: "it has a lovely groove, but …".

In: spans, one of them a concept. Out: whether the concept is stated of the track, praised, or compared with it.

- A statement names a subject that is at hand (this, it, the drums), then says that it is or has something; wishes and
  negations in between make it none.
"""

from __future__ import annotations

from collections.abc import Sequence

from musechat.concepts.spans import Span

_SUBJECTS = frozenset(("this", "that", "it", "these", "those", "the", "its", "they"))
_HAS = frozenset(("has", "have", "had", "got", "gets", "keeps", "comes"))
_ASIDE = ("filler", "and", "praise", "accept", "strong", "soft", "reset")
_BETWEEN = ("filler", "article", "strong", "soft", "praise", "and", "concept")
_CLAUSE_ENDS = ("stop", "comma", "why")
_QUESTIONS = frozenset(("what", "which", "who", "where", "when", "how", "if"))
_CLIP = frozenset(
    "video videos clip clips film films movie movies vlog reel montage footage scene scenes edit project part".split()
)
_TRACK = frozenset("piece song track tune number one choice pick".split())
_STRESS = frozenset(("very", "so", "really", "quite", "pretty", "extremely", "super", "nice", "lovely"))
_PRAISE = ("praise", "accept", "keep")


def is_stated(spans: Sequence[Span], i: int) -> bool:
    """Whether the concept at `i` is said to be a trait of the track: "it is so dark", "the singing feels emotional"."""
    if any(span.first in _CLIP for span in spans[i + 1 : i + 2]):
        return False
    start = _start(spans, i)
    subject = next((j for j in range(start, i) if _is_subject(spans[j])), None)
    if subject is None or any(not _is_aside(span) for span in spans[start:subject]):
        return False
    said = next((j for j in range(subject, i) if _says(spans[j])), None)
    if said is None or any(span.kind not in ("filler", "concept") for span in spans[subject + 1 : said]):
        return False
    about_clip = any(span.first in _CLIP for span in spans[subject + 1 : said])
    is_one = spans[said].kind == "be" and not any(span.first in _HAS for span in spans[said : said + 2])
    article = is_one and any(span.kind == "article" for span in spans[said + 1 : i])  # "it's a sad story"
    article = article and not _is_about_the_track(spans, i)
    return not (about_clip or article) and all(span.kind in _BETWEEN for span in spans[said + 1 : i])


def is_welcome(spans: Sequence[Span], i: int) -> bool:
    """Whether what is stated at `i` is liked: praise stands in its clause, or before it with no "but" in between."""
    start, end = _start(spans, i), _end(spans, i)
    if any(span.kind in _PRAISE for span in spans[start:end]):
        return True
    if end < len(spans) and spans[end].kind == "comma":  # "it is very dark, which I love"
        following = next((span for span in spans[end + 1 :] if span.kind != "filler"), None)
        if following is not None and following.kind in _PRAISE:
            return True
    before = [span.kind for span in spans[:i]]
    last = max((j for j, kind in enumerate(before) if kind in _PRAISE), default=None)
    return last is not None and "reset" not in before[last:]


def is_alike(spans: Sequence[Span], i: int) -> bool:
    """ "With the same warmth", "a similar vintage sound"."""
    j = i - 1
    while j >= 0 and spans[j].kind in ("concept", "strong"):
        j -= 1
    if j < 0 or spans[j].kind == "same":  # "same but" compares nothing
        return False
    return spans[j].first in ("same", "similar", "similarly", "equally", "just as", "that same")


def is_remark(spans: Sequence[Span], i: int) -> bool:
    """ "Very calming, good pick": a strengthened word alone in its clause, praised in the next."""
    start, end = _start(spans, i), _end(spans, i)
    alone = all(span.kind in ("filler", "strong", "concept", "and", "praise") for span in spans[start:end])
    stressed = start < i and spans[start].first in _STRESS
    if not alone or not stressed or end + 1 >= len(spans):
        return False
    if spans[end].kind == "comma":
        return spans[end + 1].kind in _PRAISE
    return start == 0  # "Really catchy. Could you …"


def _is_subject(span: Span) -> bool:
    return span.first in _SUBJECTS or (span.kind == "and" and span.names[-1:] == ("and the",))


def _is_about_the_track(spans: Sequence[Span], i: int) -> bool:
    """ "A beautiful piece", "a great happy song"."""
    following = next((span for span in spans[i + 1 :] if span.kind not in ("concept", "and")), None)
    return following is not None and following.first in _TRACK


def _start(spans: Sequence[Span], i: int) -> int:
    return max((j + 1 for j in range(i) if spans[j].kind in _CLAUSE_ENDS and not _lists(spans, j)), default=0)


def _lists(spans: Sequence[Span], j: int) -> bool:
    """Whether a comma stands inside a list of traits: "a lovely, relaxed feel"."""
    if spans[j].kind != "comma" or not 0 < j < len(spans) - 1:
        return False
    return spans[j - 1].kind in ("praise", "concept") and spans[j + 1].kind == "concept"


def _end(spans: Sequence[Span], i: int) -> int:
    return next((j for j in range(i, len(spans)) if spans[j].kind in (*_CLAUSE_ENDS, "reset")), len(spans))


def _is_aside(span: Span) -> bool:
    return span.kind in _ASIDE and span.first not in _QUESTIONS


def _says(span: Span) -> bool:
    return span.kind == "be" or span.first in _HAS
