"""A request as text that people edit: `written`, and `read_written` back.

In: a `Request`. Out: one line a field ("wants: piano, indie folk 0.5"); and the request that such lines mean.

- What is not there is not asked for: the text is the whole request, act and leftovers aside.
- A weight stands behind its concept, 1 is left out. Names stand as they are, several apart by " | ".
- What contradicts itself is refused with a sentence that names the line; nothing is half taken over.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, get_args

from musechat.core.errors import InputError
from musechat.core.request import Request, Vocals, Want
from musechat.core.text import one_line

if TYPE_CHECKING:
    from musechat.concepts.vocabulary import Vocabulary

_WISHES = {"wants": "wants", "avoids": "avoids", "more": "more", "less": "less", "keeps": "keep"}
_RANGES = {"tempo": "BPM", "length": "s"}
_FIELDS = (*_WISHES, *_RANGES, "vocals", "licence", "by", "never by", "style of", "hit", "same as the last")
_SPLIT = re.compile(rf"[\r\n]+|;\s*(?=(?:{'|'.join(_FIELDS)})\s*:)", re.I)
_WEIGHED = re.compile(r"(?P<name>.*\S)\s+(?P<weight>\d+(?:\.\d+)?)$")
_RANGE = re.compile(r"(\d+(?:\.\d+)?)?\s*(?:-|–|to)\s*(\d+(?:\.\d+)?)?\s*(?:bpm|s|sec|seconds)?", re.I)
_TIME = re.compile(r"(?:(\d{1,3}):)?(\d{1,5}(?:\.\d+)?)")
_NAMES = " | "
LONGEST = 4000
HEAVIEST = 2.0


def written(request: Request) -> str:
    """The request's fields that say something, one a line."""
    asked = request.constraints
    lines = [(label, ", ".join(map(_want, getattr(request, name)))) for label, name in _WISHES.items()]
    lines += [
        ("tempo", _range(asked.tempo_min, asked.tempo_max, "BPM")),
        ("length", _range(asked.duration_min, asked.duration_max, "s")),
        ("vocals", asked.vocals or ""),
        ("licence", asked.licence or ""),
        ("by", asked.artist or ""),
        ("never by", _NAMES.join(asked.not_artists)),
        ("style of", _NAMES.join(request.styles)),
        ("hit", "" if request.hit is None else f"{request.hit:.10g} s"),
        ("same as the last", "yes" if request.same else ""),
    ]
    return "\n".join(f"{label}: {value}" for label, value in lines if value)


def read_written(text: str, vocabulary: Vocabulary) -> Request:
    """The inverse, up to act and leftovers. Raises `InputError` that names the line at fault."""
    if len(text) > LONGEST:
        raise InputError(f"An edited request holds at most {LONGEST:,} characters.")
    request = Request(text=one_line(text.replace("\n", "; "), LONGEST), act="refine")
    seen: set[str] = set()
    for line in filter(str.strip, _SPLIT.split(text)):
        label, colon, value = (part.strip() for part in line.partition(":"))
        label = label.casefold()
        if not colon or label not in _FIELDS:
            raise InputError(f"{_quoted(line)} is no line of a request; {_near(label, _FIELDS, 'lines begin with')}.")
        if label in seen:
            raise InputError(f"The line {label!r} stands twice; write each once.")
        seen.add(label)
        if value:
            request = _with(request, label, value, vocabulary)
    _check(request, vocabulary)
    return request


def _want(want: Want) -> str:
    return want.concept if want.weight == 1 else f"{want.concept} {want.weight:.10g}"


def _range(low: float | None, high: float | None, unit: str) -> str:
    if low is None and high is None:
        return ""
    ends = ("" if end is None else f"{end:.10g}" for end in (low, high))
    return f"{'-'.join(ends)} {unit}"


def _with(request: Request, label: str, value: str, vocabulary: Vocabulary) -> Request:
    """The request with one more line read."""
    asked = request.constraints
    if label in _WISHES:
        wants = tuple(_read_want(item, label, vocabulary) for item in filter(str.strip, value.split(",")))
        return replace(request, **{_WISHES[label]: wants})  # type: ignore[arg-type]
    if label in _RANGES:
        low, high = _read_range(label, value)
        what = "tempo" if label == "tempo" else "duration"
        ends: dict[str, Any] = {f"{what}_min": low, f"{what}_max": high}
        return replace(request, constraints=replace(asked, **ends))
    if label in _SIMPLE:
        changes: dict[str, Any] = {_SIMPLE[label][0]: _SIMPLE[label][1](value)}
        return replace(request, constraints=replace(asked, **changes))
    if label == "style of":
        return replace(request, styles=_names(value))
    if label == "hit":
        return replace(request, hit=_moment(value))
    return replace(request, same=_yes(value))


def _vocals(value: str) -> str:
    answer = value.casefold()
    if answer not in get_args(Vocals):
        raise InputError(f"vocals is one of {', '.join(get_args(Vocals))}; {_quoted(value)} is not.")
    return answer


def _name(value: str) -> str:
    return one_line(value)


def _names(value: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (one_line(part) for part in value.split(_NAMES.strip())))))


_SIMPLE: dict[str, tuple[str, Callable[[str], object]]] = {
    "vocals": ("vocals", _vocals),
    "licence": ("licence", _name),
    "by": ("artist", _name),
    "never by": ("not_artists", _names),
}


def _read_want(item: str, label: str, vocabulary: Vocabulary) -> Want:
    item = item.strip()
    match = None if item.casefold() in vocabulary.concepts else _WEIGHED.fullmatch(item)
    name, weight = (item, 1.0) if match is None else (match["name"], float(match["weight"]))
    concept = vocabulary.concepts.get(name.casefold()) or vocabulary.concepts.get(name)
    if concept is None:
        raise InputError(f"{label}: {_quoted(name)} is no concept; {_near(name, tuple(vocabulary.concepts), 'near')}.")
    if not concept.measurable:
        raise InputError(f"{label}: nothing I measure can hear {concept.name!r}, so it cannot be asked for.")
    if not 0 < weight <= HEAVIEST:
        raise InputError(f"{label}: the weight of {concept.name!r} must lie above 0 and be at most {HEAVIEST:g}.")
    return Want(concept.name, weight)


def _read_range(label: str, value: str) -> tuple[float | None, float | None]:
    match = _RANGE.fullmatch(value)
    if match is None or match[1] is match[2] is None:
        unit = _RANGES[label]
        raise InputError(f"{label}: write a range such as 90-120 {unit}, 90- or -120; {_quoted(value)} is none.")
    low, high = (None if end is None else float(end) for end in match.groups())
    if low is not None and high is not None and low > high:
        raise InputError(f"{label}: {low:g} is more than {high:g}, so nothing could fit; write the lower end first.")
    return low, high


def _moment(value: str) -> float:
    match = _TIME.fullmatch(value.removesuffix("s").strip())
    if match is None:
        raise InputError(f"hit: write a moment of the clip such as 0:32 or 32.5; {_quoted(value)} is none.")
    return 60.0 * int(match[1] or 0) + float(match[2])


def _yes(value: str) -> bool:
    if value.casefold() not in ("yes", "no"):
        raise InputError(f"same as the last: write yes or no; {_quoted(value)} is neither.")
    return value.casefold() == "yes"


def _check(request: Request, vocabulary: Vocabulary) -> None:
    """Raises `InputError` for what cannot hold at once."""
    asked = {want.concept: name for name in ("wants", "more", "keep") for want in getattr(request, name)}
    for want in (*request.avoids, *request.less):
        if want.concept in asked:
            raise InputError(f"{want.concept!r} is both asked for and refused; take it out of one line.")
    for name, field in asked.items():
        opposite = vocabulary[name].opposite
        if field != "keep" and asked.get(opposite or "", "keep") != "keep":
            raise InputError(f"{name!r} and {opposite!r} are opposites; ask for one of them.")
    limits = request.constraints
    voices = {vocabulary[name].voices for name in asked} - {None}
    if limits.vocals == "none" and voices - {"none"}:
        raise InputError("vocals: none refuses what another line asks for: a voice; take one of them out.")
    if limits.vocals not in (None, "none") and "none" in voices:
        raise InputError(f"vocals: {limits.vocals} asks for a voice and another line for none; take one of them out.")
    if limits.artist is not None and limits.artist.casefold() in map(str.casefold, limits.not_artists):
        raise InputError(f"{_quoted(limits.artist)} is asked for and never wanted; take it out of one line.")


def _quoted(text: str) -> str:
    return f"“{one_line(text, 60)}”"


def _near(name: str, known: tuple[str, ...], before: str) -> str:
    near = get_close_matches(name.casefold(), known, n=3, cutoff=0.6)
    return f"{before} {', '.join(near or known[:14])}"
