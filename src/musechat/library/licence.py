"""The licence that a file's tags name, and whether it grants what a user asks for.

In: tags with lower-case keys. Out: a short name ("CC BY-SA 3.0"), the words of a licence tag, or None.
`allows`: in a licence as asked for and one as known, out yes or no. `terms`: in a licence as known, out its name,
address and conditions.

- A line of copyright or a comment counts only where it names a licence: nobody may use music because of a "©".
- What is not understood is never taken to allow anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from musechat.core.text import folded, one_line

_LICENCE_KEYS = ("license", "licence", "wcop", "licenseurl", "license_url")
_OTHER_KEYS = ("copyright", "tcr", "description", "comment")
_SPELLED = (
    (r"creative\W?commons", "cc"), (r"attribution", "by"), (r"share[ -]?alike", "sa"),
    (r"\bno[nt]?[ -]?(?:for )?commercial", "nc"), (r"no[ -]?deriv(?:ative)?s?(?: works)?", "nd"),
)  # fmt: skip
_CC_ADDRESS = re.compile(r"creativecommons\.org/licenses/([a-z-]+)/(\d\.\d)")
_CC_WORDS = re.compile(r"\bcc[ -](by(?:[ -](?:nc|sa|nd))*)\b(?: international| unported)?(?:[ -]v?(\d\.\d))?")
_FREE = {
    r"creativecommons\.org/publicdomain/zero|\bcc[ -]?0\b": "CC0",
    r"creativecommons\.org/publicdomain|\bpublic domain\b": "Public Domain",
    r"\bfree art licen[cs]e\b|\blicence art libre\b": "Free Art License",
}
_GPL = re.compile(r"\b(l?gpl)[ -]?(?:v(?:ersion)?[ ]?)?(\d(?:\.\d)?)?\b")
_CONDITIONS = frozenset(("by", "sa", "nc", "nd"))
_RESTRICTIONS = re.compile(r"\b(?:sa|nc|nd)\b")
_SHORT = re.compile(r"(CC0|CC|Public Domain|Free Art License|L?GPL)(?: ([A-Z]+(?:-[A-Z]+)*))?(?: (\d(?:\.\d)?))?")
_SOME_CC = re.compile(r"\bcreative\W?commons\b|^cc(?: licen[cs]ed?)?$")
_PERMISSIVE = re.compile(r"(?:the )?(mit|bsd|apache|isc|zlib)(?: licen[cs]e)?(?:[ -]v?\d(?:\.\d)?)?")
_ROYALTY_FREE = re.compile(r"(?:royalty|copyright)[ -]?free(?: music| licen[cs]e)?|(?:for )?commercial use|free to use")
_UNBOUND = ("CC0", "Public Domain")
_DEEDS = frozenset(("by", "by-sa", "by-nd", "by-nc", "by-nc-sa", "by-nc-nd"))
_VERSIONS = frozenset(("1.0", "2.0", "2.5", "3.0", "4.0"))
_ADDRESSES = {
    ("CC0", ""): "https://creativecommons.org/publicdomain/zero/1.0/",
    ("Public Domain", ""): "https://creativecommons.org/publicdomain/mark/1.0/",
    ("Free Art License", ""): "https://artlibre.org/licence/lal/en/",
    ("GPL", "2"): "https://www.gnu.org/licenses/old-licenses/gpl-2.0.html",
    ("GPL", "3"): "https://www.gnu.org/licenses/gpl-3.0.html",
    ("LGPL", "2"): "https://www.gnu.org/licenses/old-licenses/lgpl-2.0.html",
    ("LGPL", "2.1"): "https://www.gnu.org/licenses/old-licenses/lgpl-2.1.html",
    ("LGPL", "3"): "https://www.gnu.org/licenses/lgpl-3.0.html",
    ("mit", ""): "https://spdx.org/licenses/MIT.html",
    ("isc", ""): "https://spdx.org/licenses/ISC.html",
    ("zlib", ""): "https://spdx.org/licenses/Zlib.html",
}
_DENIED = re.compile(r"\bnot?\b.{0,40}\b(?:cc|creative\W?commons|public domain|l?gpl)")


def licence(tags: Mapping[str, str]) -> str | None:
    """What `tags` say about using the music, None where they name no licence."""
    for key in _LICENCE_KEYS:
        if text := one_line(tags.get(key, "")):
            return named_in(text) or text
    for key in _OTHER_KEYS:
        if found := named_in(one_line(tags.get(key, ""), 1000)):
            return found
    return None


def named_in(text: str) -> str | None:
    """The licence that is named in `text`, in its short spelling."""
    plain = text.lower()
    if _DENIED.search(plain):
        return None
    for pattern, name in _FREE.items():
        if re.search(pattern, plain):
            return name
    found = _CC_ADDRESS.search(plain)
    if found is None:
        found = _CC_WORDS.search(_abbreviated(plain))
    if found:
        kind = found[1].replace(" ", "-").upper()
        return f"CC {kind} {found[2]}" if found[2] else f"CC {kind}"
    gpl = _GPL.search(plain)
    return None if gpl is None else " ".join(part for part in (gpl[1].upper(), gpl[2]) if part)


@dataclass(frozen=True, slots=True)
class _Grant:
    """`conditions`: of by, sa, nc, nd; None where it is not said which. `version`: "" where none is named."""

    family: str
    conditions: frozenset[str] | None
    version: str


def allows(wanted: str, have: str) -> bool:
    """Whether music under `have` may be used where `wanted` was asked for, both in words; "" allows nothing.

    A licence is met by itself and by any of its family that asks less, and by what asks nothing (CC0, public domain);
    its version counts where one is asked for. "Creative commons" is any of them. "Royalty-free" and "commercial use"
    are met by what is known to forbid neither trade nor changes: setting music to moving pictures makes an adaptation
    (CC BY-ND 3.0, section 1), so ND will not do.
    """
    asked, held = _grant(folded(wanted)), _grant(folded(have))
    if asked is None or held is None:
        return asked is held and folded(wanted) == folded(have) != ""
    if asked.family == "royalty-free":
        return held.conditions is not None and not held.conditions & {"nc", "nd"}
    if asked.family == "CC" and asked.conditions is None:
        return held.family in ("CC", "CC0")
    if held.family in _UNBOUND and not held.conditions:
        return True
    if held.family != asked.family or held.conditions is None:
        return False
    return held.conditions <= (asked.conditions or frozenset()) and asked.version in ("", held.version)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a licence is called, where it can be read (None where no address is sure), and what it asks.

    `conditions`: of by, sa, nc, nd; None where the licence is not one that is understood.
    """

    name: str
    address: str | None
    conditions: frozenset[str] | None


def terms(have: str) -> Terms:
    """What is known of the licence that a track is under, in the words of its tags or its short spelling."""
    name, grant = named_in(have) or one_line(have), _grant(folded(have))
    if grant is None:
        return Terms(name, None, None)
    if grant.conditions != frozenset(re.split(r"[ -]", name.lower())) & _CONDITIONS:
        return Terms(one_line(have), None, grant.conditions)  # the words ask more than the licence that they name
    return Terms(name, _address(grant), grant.conditions)


def _address(grant: _Grant) -> str | None:
    """The canonical address of the text; None where the version is not said."""
    if grant.family != "CC":
        return _ADDRESSES.get((grant.family, grant.version))
    deed = "-".join(part for part in ("by", "nc", "nd", "sa") if part in (grant.conditions or ()))
    version = grant.version if "." in grant.version else f"{grant.version}.0"
    known = deed in _DEEDS and version in _VERSIONS
    return f"https://creativecommons.org/licenses/{deed}/{version}/" if known else None


@lru_cache(maxsize=1024)
def _grant(plain: str) -> _Grant | None:
    """What a licence in folded words asks for, None where that is not understood."""
    short = _abbreviated(plain)
    restrictions = frozenset(_RESTRICTIONS.findall(short))  # "CC BY, non-commercial"
    if found := _SHORT.fullmatch(named_in(plain) or ""):
        family, named, version = found[1], (found[2] or "").lower(), (found[3] or "").removesuffix(".0")
        conditions = frozenset(named.split("-")) if named else frozenset()
        return _Grant(family, conditions | restrictions if conditions <= _CONDITIONS else None, version)
    if _DENIED.search(plain):
        return None
    if _SOME_CC.search(plain):
        return _Grant("CC", None, "")
    if found := _PERMISSIVE.fullmatch(plain):
        return _Grant(found[1], restrictions, "")
    return _Grant("royalty-free", restrictions, "") if _ROYALTY_FREE.fullmatch(plain) else None


def _abbreviated(plain: str) -> str:
    """Creative Commons in its abbreviations: "creative commons attribution" as "cc by"."""
    for pattern, code in _SPELLED:
        plain = re.sub(pattern, code, plain)
    return plain
