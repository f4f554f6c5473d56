"""One thing that a user asks for: `Intent`, and what several of them mean together.

In: intents. Out: the `Request` that a message of them must be understood as, and which of them a reading found.

- An intent is about the target, or about the target against the track on the table; both are facts.
- Wanting something and wanting more of it are one reading, as are a mild exclusion and wanting less.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

from musechat.core.request import Constraints, Request, Vocals, Want
from musechat.core.text import folded

IntentKind: TypeAlias = Literal["want", "avoid", "more", "less", "keep", "tempo", "vocals", "style"]
AROUND = 0.08
"""How wide "around 120 BPM" is, as a share."""


@dataclass(frozen=True, slots=True)
class Intent:
    """`value`: a concept; BPM for "tempo"; none, female or male for "vocals"; an artist for "style".

    `relative`: whether it is said against the track on the table.
    """

    kind: IntentKind
    value: str
    relative: bool = False


def meaning(intents: Iterable[Intent]) -> Request:
    """What a message of these intents asks. Raises `ValueError` for a tempo that is no number."""
    by_kind: dict[str, list[str]] = {}
    for intent in intents:
        by_kind.setdefault(intent.kind, []).append(intent.value)

    def wants(kind: str) -> tuple[Want, ...]:
        return tuple(Want(value) for value in by_kind.get(kind, ()))

    tempo = float(by_kind["tempo"][-1]) if "tempo" in by_kind else None
    return Request(
        act="refine",
        wants=wants("want"),
        avoids=wants("avoid"),
        more=wants("more"),
        less=wants("less"),
        keep=wants("keep"),
        constraints=Constraints(
            tempo_min=None if tempo is None else round(tempo * (1 - AROUND), 1),
            tempo_max=None if tempo is None else round(tempo * (1 + AROUND), 1),
            vocals=cast("Vocals", by_kind["vocals"][-1]) if "vocals" in by_kind else None,
        ),
        styles=tuple(by_kind.get("style", ())),
    )


def found(intents: Iterable[Intent], read: Request) -> tuple[Intent, ...]:
    """Those of `intents` that a reading of the message holds."""
    return tuple(intent for intent in intents if _holds(intent, read))


def invented(intents: Sequence[Intent], read: Request) -> tuple[str, ...]:
    """What a reading holds that none of the intents says, as words."""
    said = {(_family(intent.kind), _same(intent.value)) for intent in intents}
    items = [(_family(kind), _same(want.concept)) for kind in _LISTS for want in getattr(read, _LISTS[kind])]
    limits = read.constraints
    items += [("style", _same(name)) for name in read.styles]
    for family, words in map(_unheard, read.unmeasurable):
        items.append((family, next((value for _, value in said if _is_told(value, words)), words)))
    strange = [f"{family} {value}" for family, value in items if not _said(family, value, said)]
    if limits.tempo_min is not None and not any(intent.kind == "tempo" for intent in intents):
        strange.append("a tempo")
    silent = ("avoid", "vocals") in said and limits.vocals == "none"
    if limits.vocals not in (None, "any") and not silent and not any(intent.kind == "vocals" for intent in intents):
        strange.append(f"vocals {limits.vocals}")
    others = {
        "a length": limits.duration_min or limits.duration_max,
        "a licence": limits.licence,
        "an artist": limits.artist or limits.not_artists,
        "a hit": read.hit,
    }
    return (*strange, *(name for name, value in others.items() if value))


_LISTS = {"want": "wants", "more": "more", "avoid": "avoids", "less": "less", "keep": "keep"}
_SUNG = {"female": "female vocals", "male": "male vocals", "none": "instrumental"}


def _family(kind: str) -> str:
    return {"more": "want", "less": "avoid"}.get(kind, kind)


def _same(value: str) -> str:
    return folded(value)


def _said(family: str, value: str, said: set[tuple[str, str]]) -> bool:
    """Voices are a limit and a wish at once."""
    sung = {_SUNG[voices] for kind, voices in said if kind == "vocals"}
    sung |= {"instrumental"} if ("avoid", "vocals") in said else set()
    kept = family == "want" and ("keep", value) in said  # liking what nothing hears is told, not held
    return (family, value) in said or kept or (family == "want" and value in sung | {"vocals"} and bool(sung))


def _unheard(words: str) -> tuple[str, str]:
    """Family and value of what was understood though nothing hears it: "no saxophone", "style of Ann"."""
    if words.startswith("style of "):
        return "style", _same(words.removeprefix("style of "))
    bare = words.removeprefix("no ").removeprefix("less ")
    return "want" if bare == words else "avoid", _same(bare)


def _is_told(value: str, words: str) -> bool:
    """Whether words that were told as unheard name a value: "celtic music" is celtic."""
    return f" {_same(value)} " in f" {words} "


def _holds(intent: Intent, read: Request) -> bool:
    family = "want" if intent.kind == "keep" else _family(intent.kind)
    if any(of == family and _is_told(intent.value, words) for of, words in map(_unheard, read.unmeasurable)):
        return True
    concepts = {kind: {want.concept for want in getattr(read, field)} for kind, field in _LISTS.items()}
    limits = read.constraints
    if intent.kind == "tempo":
        middle = float(intent.value)
        return limits.tempo_min is not None and limits.tempo_min <= middle <= (limits.tempo_max or 0)
    if intent.kind == "vocals":
        return limits.vocals == intent.value
    if intent.kind == "style":
        return folded(intent.value) in map(folded, read.styles)
    if intent.value == "vocals" and intent.kind == "avoid":
        return limits.vocals == "none"
    if intent.kind in ("want", "more"):
        return intent.value in concepts["want"] | concepts["more"]
    if intent.kind in ("avoid", "less"):
        return intent.value in concepts["avoid"] | concepts["less"]
    return intent.value in concepts["keep"]
