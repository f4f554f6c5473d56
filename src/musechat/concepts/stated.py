"""What a message says of the track on the table, as against what it wishes for: "it has a lovely groove, but …".

In: spans, one of them a concept. Out: whether the concept is stated of the track, praised, or compared with it.

- A statement names a subject that is at hand (this, it, the drums), then says that it is or has something; wishes and
  negations in between make it none.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import Literal

from musechat.concepts.spans import Span
from musechat.concepts.tokens import Token

_FAR = 60
"""Spans back at which a clause or a sentence is taken to begin at the latest: time stays linear in the text."""
_SUBJECTS = frozenset(("your", "this", "that", "it", "these", "those", "the", "its", "they"))
_HAS = frozenset(("has", "have", "had", "got", "gets", "keeps", "comes"))
_ASIDE = ("filler", "and", "praise", "accept", "strong", "soft", "reset")
_BETWEEN = ("filler", "article", "strong", "soft", "praise", "and", "concept", "like")
_CLAUSE_ENDS = ("stop", "comma", "why")
_QUESTIONS = frozenset(("what", "which", "who", "where", "when", "how", "if"))
_CLIP = frozenset(
    "video videos clip clips film films movie movies vlog reel montage footage scene scenes edit project part".split()
)
_TRACK = frozenset("piece song track tune number one choice pick melody groove beat riff intro start".split())
_STRESS = frozenset(("very", "so", "really", "quite", "pretty", "extremely", "super", "nice", "lovely"))
_PRAISE = ("praise", "accept", "keep")
_DEFINITE = frozenset(("the", "this", "that", "these", "those", "its", "your"))
_NOUNS = frozenset(
    "level tempo pace mood vibe vibes sound sounds feel feeling tone tones line lines part parts texture textures "
    "atmosphere section sections riff melody melodies voice voices pulse element elements style track song".split()
)
_ADVERBS = frozenset("really so just also perfectly nicely definitely totally already all both still truly".split())
_APPROVES = frozenset(
    "suit suits match matches fit fits work works carry carries bring brings give gives add adds help helps shine "
    "shines lift lifts drive drives blend blends land lands complement complements capture captures elevate elevates "
    "support supports ground grounds underline underlines".split()
)
_WISHES = (
    "want", "more", "less", "comparative", "too", "keep", "exclude", "negate", "mild", "accept", "praise", "same",
    "like", "name like",
)  # fmt: skip
_DETERMINERS = frozenset("of a an the this that these those my our his her their your some".split())
_MUSICAL = _NOUNS | frozenset(
    "music song songs track tracks tune tunes piece pieces beat beats groove chord chords riff riffs lick licks hook "
    "hooks harmony harmonies arpeggio arpeggios pad pads layer layers timbre production mix arrangement intro outro "
    "ending build buildup chorus verse drop bridge solo refrain rhythm rhythms bass bassline instrumentation "
    "instruments instrument key note notes edge touch twist character quality swing soundtrack score bed tempo pick "
    "undertone undertones overtone overtones hint tinge streak attitude "
    "choice one ones version cover theme motif recording album band singer stuff thing something kind type".split()
)
"""Words that stand for the music, or a part of it, without naming a concept."""
_GOOD = frozenset(("good", "great", "perfect", "nice", "yes", "lovely", "excellent"))
_BAD = frozenset(("bad", "awful", "terrible", "no", "meh", "boring", "annoying"))
_STAYS = frozenset(("stay", "stays", "remain", "remains"))
_LEAVES = frozenset(("go", "leave", "disappear"))
_IMPRESSIONS = frozenset(("sounds", "feels", "sounded", "felt", "seems"))
_LIKINGS = frozenset("love loved like liked enjoy enjoyed want wanted need needed after looking mind hoped".split())
_EXACTLY = frozenset("exactly just precisely".split())
_WELL = frozenset("nicely beautifully perfectly wonderfully well".split())
_MUST = frozenset(("can", "could", "may", "should", "must", "will", "has", "have", "needs", "need"))


def is_stated(spans: Sequence[Span], i: int) -> bool:
    """Whether the concept at `i` is said to be a trait of the track: "it is so dark", "the singing feels emotional"."""
    start = _start(spans, i)
    likened = any(span.kind == "like" for span in spans[start:i])  # "this sounds like a horror film"
    if not likened and any(span.first in _CLIP for span in spans[i + 1 : i + 2]):
        return False
    bare = spans[i].kind == "concept" and i > 0 and spans[i - 1].kind == "soft"
    if bare and [span.kind for span in spans[start : i - 1]] == ["reset"]:  # ", but a bit loud"
        sentence = _sentence(spans, start)
        return any(_says(span) for span in spans[sentence:start])
    subject = next((j for j in range(start, i) if _is_subject(spans[j])), None)
    if subject is None and spans[start].first in _IMPRESSIONS and _says(spans[start]):  # "Sounds lovely and calm"
        return all(span.kind in _BETWEEN for span in spans[start + 1 : i])
    if subject is None or any(not _is_aside(span) for span in spans[start:subject]):
        return False
    said = next((j for j in range(subject, i) if _says(spans[j])), None)
    if said is None or any(span.kind not in ("filler", "concept") for span in spans[subject + 1 : said]):
        return False
    about_clip = any(span.first in _CLIP for span in spans[subject + 1 : said])
    is_one = spans[said].kind == "be" and not any(span.first in _HAS for span in spans[said : said + 2])
    article = is_one and any(span.kind == "article" for span in spans[said + 1 : i])  # "it's a sad story"
    article = article and not _is_about_the_track(spans, i)
    softened = i > said and spans[i - 1].kind == "soft"
    between = (*_BETWEEN, "reset") if softened else _BETWEEN  # "that's gorgeous but a tad slow"
    return not (about_clip or article) and all(span.kind in between for span in spans[said + 1 : i])


def is_welcome(spans: Sequence[Span], i: int) -> bool:
    """Whether what is stated at `i` is liked: praise stands in its clause, or before it with no "but" in between."""
    if is_praised(spans, i):
        return True
    before = [span.kind for span in spans[:i]]
    last = max((j for j, kind in enumerate(before) if kind in _PRAISE), default=None)
    return last is not None and "reset" not in before[last:]


def is_listed_trait(spans: Sequence[Span], i: int) -> bool:
    """ "The mood is right, melancholic and dreamy. Now …": behind praise, where a sentence wishes for nothing more and
    another follows.
    """
    sentence = _sentence(spans, i)
    end = next((j for j in range(i, len(spans)) if spans[j].kind == "stop"), len(spans))
    praise = next((j for j in range(sentence, i) if spans[j].kind in ("praise", "keep")), None)
    if praise is None or spans[i - 1].kind not in ("comma", "and", "concept", "strong"):
        return False
    said = spans[praise + 1 : end]
    follows = any(span.kind not in ("filler", "stop", "comma", "neutral", *_PRAISE) for span in spans[end:])
    return follows and all(span.kind in (*_BETWEEN, "comma", "be") for span in said)


def is_praised(spans: Sequence[Span], i: int) -> bool:
    """Whether praise stands in the clause of what is stated at `i`, or right behind it."""
    start, end = _start(spans, i), _end(spans, i)
    start = max((j for j in range(start, i) if spans[j].kind == "reset"), default=start)  # "gorgeous, but a tad slow"
    if any(span.kind in _PRAISE for span in spans[start:end]):
        return True
    if end < len(spans) and spans[end].kind == "comma":  # "it is very dark, which I love"
        following = next((span for span in spans[end + 1 :] if span.kind != "filler"), None)
        if following is not None and following.kind in _PRAISE:
            return True
    which = next((j for j in range(i, min(end + 2, len(spans))) if spans[j].first == "which"), len(spans))
    return [span.first for span in spans[which + 1 : which + 3]] == ["is", "what"]  # "…, which is what they asked for"


def told_of(spans: Sequence[Span], tokens: Sequence[Token], i: int) -> Literal["keep", "avoid"] | None:
    """What a sentence whose subject is the concept at `i` says of it: "the strings suit the scene", "the vocals can
    stay", "the guitars should go"; None where it says something else.
    """
    bare = _opens_bare(spans, i)
    if not bare and not _opens_sentence(spans, tokens, i):
        return None
    last = i
    while last + 1 < len(spans) and spans[last + 1].kind == "concept":  # "the mellow guitar"
        last += 1
    if last + 1 == len(spans):
        return None
    rest_of = tokens[spans[last].end : spans[last].end + 12]
    said = [token.word for token in takewhile(lambda token: token.kind == "word", rest_of)]
    while said and said[0] in _NOUNS | _ADVERBS:
        del said[0]
    verb, rest = (said[0], said[1:]) if said else ("", [])
    if bare and verb not in ("is", "was", "are", "were", "'s", "works", "work", "fits", "fit"):
        alone = len(rest) == 0 or _end(spans, last) == last + 2  # "drums good, vocals bad"
        return ("keep" if verb in _GOOD else "avoid" if verb in _BAD else None) if alone else None
    if not bare and spans[last + 1].first == "!" and spans[last + 1].kind == "stop":
        return "keep"  # "Those guitars!"
    if verb in _MUST:
        rest = rest[rest[:1] == ["to"] :]
        return "keep" if rest[:1] and rest[0] in _STAYS else "avoid" if rest[:1] and rest[0] in _LEAVES else None
    there = verb in ("is", "are", "'s") and rest[:1] == ["there"]
    goes = verb in ("go", "goes", "do", "does") and rest[:1] and rest[0] in ("well", "nicely", "great", "with", "the")
    praised = [span.first for span in spans[last : min(last + 6, _end(spans, last))] if span.kind == "praise"]
    right = verb in ("is", "are", "'s", "was", "were") and bool(praised) and praised[0] not in ("fine", "ok", "okay")
    while rest[:1] and rest[0] in _EXACTLY:
        del rest[0]
    if verb in ("is", "are", "'s", "was", "were") and rest[:1] == ["what"] and _LIKINGS & set(rest):
        return "avoid" if "not" in rest else "keep"  # "the strings are what I love about it"
    if said in (["do", "not"], ["does", "not"], ["is", "not"], ["are", "not"]):
        return "avoid"  # "the piano works, but the drums don't"
    denied = {"not", "too", "never"} & set(said[:3])
    well = rest[:1] and rest[0] in _WELL  # "the strings swell nicely"
    return "keep" if (verb in _APPROVES | _STAYS or there or goes or right or well) and not denied else None


def is_liked_behind(spans: Sequence[Span], i: int) -> bool:
    """ "The relaxed tempo I do like": the liking stands behind what is liked, at the end of its clause."""
    j = next((j for j in range(i + 1, len(spans)) if spans[j].kind != "concept" and spans[j].first not in _NOUNS), -1)
    likes = j > 0 and spans[j].kind == "keep" and spans[j].first in ("i", "we")
    return likes and (j + 1 == len(spans) or spans[j + 1].kind in (*_CLAUSE_ENDS, "reset"))


def _opens_bare(spans: Sequence[Span], i: int) -> bool:
    """ "Jazz works", "I think piano is the right instrument": the concept opens its clause without an article."""
    start = _start(spans, i)
    if i + 1 >= len(spans) or any(span.first in _DEFINITE for span in spans[start:i]):
        return False
    return all(span.kind in ("filler", "concept", "and") and span.first != "what" for span in spans[start:i])


def _opens_sentence(spans: Sequence[Span], tokens: Sequence[Token], i: int) -> bool:
    """Whether the concept stands in the definite thing that a clause begins with, at its end."""
    start = _start(spans, i)
    words = [token.word for token in tokens[spans[start].start : spans[i].start]]
    place = next((k for k, word in enumerate(words) if word in _DEFINITE), None)
    if place is None or place > 4 or len(words) - place > 3 or i + 1 >= len(spans):
        return False
    kinds = [span.kind for span in spans[start:i]]
    return all(kind in ("filler", "concept", "and", "praise", "accept", "reset", "word") for kind in kinds)


def is_scenery(spans: Sequence[Span], tokens: Sequence[Token], i: int) -> bool:
    """Whether the quality at `i` is of something in the picture: "a warm desert", "the lobby is bright"; not where
    the sentence wishes for something before it.
    """
    sentence = _sentence(spans, i)
    if any(span.kind in _WISHES for span in spans[sentence:i]):
        return False
    return _is_of_a_thing(spans, tokens, i) or _is_said_of_a_thing(spans, i)


def _is_of_a_thing(spans: Sequence[Span], tokens: Sequence[Token], i: int) -> bool:
    """ "A warm desert": between a determiner and a word that is no part of music."""
    first = i
    while first > 0 and spans[first - 1].kind in ("concept", "strong"):
        first -= 1
    before = tokens[spans[first].start - 1].word if spans[first].start else ""
    own = tokens[spans[first].start].word  # "a bit of a slow walk": the determiner may belong to the phrase
    things = spans[i + 1 : i + 2]
    thing = bool(things) and things[0].kind in ("word", "trap") and things[0].first not in _MUSICAL
    named = any(token.word in _MUSICAL for token in tokens[spans[i].end : spans[i].end + 3])
    return thing and not named and (before in _DETERMINERS or own in _DETERMINERS)


def _is_said_of_a_thing(spans: Sequence[Span], i: int) -> bool:
    start = _start(spans, i)
    said = next((j for j in range(start, i) if spans[j].kind == "be"), None)
    if said is None or any(span.kind not in _BETWEEN for span in spans[said + 1 : i]):
        return False
    subject = [span for span in spans[start:said] if span.kind == "word"]
    return bool(subject) and not any(span.first in _MUSICAL for span in spans[start:said])


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
    if not alone or end + 1 >= len(spans):
        return False
    if spans[end].kind == "comma":
        whole = end + 2 == len(spans) or spans[end + 2].kind in _CLAUSE_ENDS
        return spans[end + 1].kind in _PRAISE and (stressed or whole)
    return stressed and start == 0  # "Really catchy. Could you …"


def _is_subject(span: Span) -> bool:
    return span.first in _SUBJECTS or (span.kind == "and" and span.names[-1:] == ("and the",))


def _is_about_the_track(spans: Sequence[Span], i: int) -> bool:
    """ "A beautiful piece", "a great happy song"."""
    following = next((span for span in spans[i + 1 :] if span.kind not in ("concept", "and")), None)
    return following is not None and following.first in _TRACK


def _start(spans: Sequence[Span], i: int) -> int:
    back = range(i - 1, max(0, i - _FAR) - 1, -1)
    return next((j + 1 for j in back if _begins_clause(spans, j)), max(0, i - _FAR))


def _sentence(spans: Sequence[Span], i: int) -> int:
    back = range(i - 1, max(0, i - _FAR) - 1, -1)
    return next((j + 1 for j in back if spans[j].kind == "stop"), max(0, i - _FAR))


def _begins_clause(spans: Sequence[Span], j: int) -> bool:
    if spans[j].kind == "and":  # "the kids are running and this one feels serious"
        subject = spans[j + 1 : j + 4]
        stated = any(_says(span) for span in subject[1:])
        return bool(subject) and subject[0].first in ("this", "that", "it") and stated
    return spans[j].kind in _CLAUSE_ENDS and not _lists(spans, j)


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
    like = span.kind == "like" and span.first in ("sounds", "sound", "feels", "feel", "seems", "looks")
    return span.kind == "be" or span.first in _HAS or like
