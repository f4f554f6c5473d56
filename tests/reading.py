"""What a message means, told shortly: for the tests of `concepts`."""

from __future__ import annotations

from musechat.concepts.understand import understand
from musechat.concepts.vocabulary import shipped_vocabulary
from musechat.core.request import Request, Want

VOCABULARY = shipped_vocabulary()
ARTISTS = ("Muldjord", "Sectoid", "Mozart Opera Rock", "Indie Rock", "Low", "30 Seconds To Mars", "Kevin MacLeod",
           "Tempo Kings", "…")  # fmt: skip


def read(text: str) -> Request:
    return understand(text, VOCABULARY, artists=ARTISTS)


def said(request: Request) -> dict[str, object]:
    """Only what is not empty; weights only where they are not 1."""
    plain = request.to_json()
    for name in ("wants", "avoids", "more", "less", "keep"):
        plain[name] = [w["concept"] if w["weight"] == 1 else (w["concept"], w["weight"]) for w in plain[name]]
    plain |= {name: value for name, value in plain.pop("constraints").items() if value is not None}
    return {name: value for name, value in plain.items() if value and name not in ("text", "act")}


def concepts(*wants: tuple[Want, ...]) -> set[str]:
    return {want.concept for group in wants for want in group}
