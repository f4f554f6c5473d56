"""The track that a message asks about: "why not Night Drive?", "what's wrong with “Low”?".

In: one line, whether the library knows a title. Out: the words that name a track, or None.

- "Why not something happier?" proposes, it asks about no track: the words count as a title only where they are quoted,
  written in capitals, or known to the library.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_CHOOSE = (
    r"(?:pick|picks|picked|choose|chose|use|used|take|took|suggest|suggested|propose|proposed|recommend|recommended|play|"
    r"go with|go for|went with)"
)
_ASKS = re.compile(
    r"^\W*(?:(?:but|and|so|ok|okay|then|hmm|well|hey|hi|also|just|tell me|can you tell me)\W+){0,3}"
    rf"(?:why (?:not|didn['’]t you {_CHOOSE}|did you not {_CHOOSE}|haven['’]t you {_CHOOSE}|wasn['’]t|isn['’]t|"
    rf"don['’]t you {_CHOOSE}|don['’]t we {_CHOOSE})|what(?:['’]s| is| was) wrong with|what about|"
    r"how come (?:not|no))\s+(?P<words>[^?!;]{1,120}?)"
    r"(?:\s+(?:chosen|picked|proposed|suggested|instead|then|there|here|the pick|on the list))*"
    r"\s*(?:[?]\s+(?P<more>\S.*)|[?!.]*\s*$)",
    re.IGNORECASE,
)
_MISSED = re.compile(
    r"\b(?:why|how come|what happened|reason|where(?:['’]s| is))\b.*?(?:n['’]t\b|\bnot\b|\bno\b|left out|leave out|"
    r"skip|ignor|pass(?:ed)? over|exclu|miss|reject|happened to|instead|where)",
    re.IGNORECASE,
)
_LONGEST_TITLE = 8
_QUOTES = "\"“”«»'‘’"
_OPENINGS = re.compile(
    r"^(?:the (?:track|song|tune|piece)(?: called| named| titled)?|the one called|track|song)\s+", re.I
)


def asked_about(line: str, is_title: Callable[[str], bool]) -> tuple[str, str] | None:
    """The words that name the track asked about, and what is said behind the question."""
    match = _ASKS.match(line)
    if match is None:
        title = _missed(line, is_title)
        return None if title is None else (title, "")
    given = _OPENINGS.sub("", match["words"].strip())
    bare = given.strip(_QUOTES + " ")
    if not bare:
        return None
    quoted = given[0] in _QUOTES and given[-1] in _QUOTES
    more = match["more"] or ""
    if more and re.match(r"what about", line, re.I) and not (quoted or is_title(bare)):
        return None  # "What about Sectoid? I'd like one of his tracks."
    return (bare, more) if quoted or is_title(bare) or _capitals(bare) else None


def _missed(line: str, is_title: Callable[[str], bool]) -> str | None:
    """A title of the library in a question after what is missing: "I expected Low. Why was it left out?"."""
    if not _MISSED.search(line):
        return None
    words = re.findall(r"[^\s?!.,;:\"“”«»]+", line)
    for length in range(min(_LONGEST_TITLE, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            title = words[start : start + length]
            if title[0][0].isupper() and (start or length > 1) and is_title(" ".join(title)):
                return " ".join(title)
    return None


def _capitals(words: str) -> bool:
    """Whether a phrase is written as a title: every long word with a capital or a digit, and not all in capitals."""
    long = [word for word in words.split() if len(word) > 3 or word[0].isupper()]
    return bool(long) and all(word[0].isupper() or word[0].isdigit() for word in long) and words.upper() != words
