"""The licence that a file's tags name.

In: tags with lower-case keys. Out: a short name ("CC BY-SA 3.0"), the words of a licence tag, or None.

- A line of copyright or a comment counts only where it names a licence: nobody may use music because of a "©".
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from musechat.core.text import one_line

_LICENCE_KEYS = ("license", "licence", "wcop", "licenseurl", "license_url")
_OTHER_KEYS = ("copyright", "description", "comment")
_SPELLED = (
    (r"creative\W?commons", "cc"), (r"attribution", "by"), (r"share[ -]?alike", "sa"),
    (r"non[ -]?commercial", "nc"), (r"no[ -]?deriv(?:ative)?s?(?: works)?", "nd"),
)  # fmt: skip
_CC_ADDRESS = re.compile(r"creativecommons\.org/licenses/([a-z-]+)/(\d\.\d)")
_CC_WORDS = re.compile(r"\bcc[ -](by(?:[ -](?:nc|sa|nd))*)\b(?: international| unported)?(?:[ -]v?(\d\.\d))?")
_FREE = {
    r"creativecommons\.org/publicdomain/zero|\bcc[ -]?0\b": "CC0",
    r"creativecommons\.org/publicdomain|\bpublic domain\b": "Public Domain",
    r"\bfree art licen[cs]e\b|\blicence art libre\b": "Free Art License",
}
_GPL = re.compile(r"\b(l?gpl)[ -]?(?:v(?:ersion)?[ ]?)?(\d(?:\.\d)?)?\b")
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
        for pattern, code in _SPELLED:
            plain = re.sub(pattern, code, plain)
        found = _CC_WORDS.search(plain)
    if found:
        kind = found[1].replace(" ", "-").upper()
        return f"CC {kind} {found[2]}" if found[2] else f"CC {kind}"
    gpl = _GPL.search(plain)
    return None if gpl is None else " ".join(part for part in (gpl[1].upper(), gpl[2]) if part)
