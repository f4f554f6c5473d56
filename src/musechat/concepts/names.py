"""Artists named in a message.

In: tokens and the names that the library knows. Out: `Name`s with how they were mentioned.

- Words inside a name are no concepts: a band called Mozart Opera Rock asks for neither opera nor rock.
- A name is one that the library knows, or what stands in quotes or capitals behind "by", "like", "in the style of".
- A known name made of ordinary words ("Low", "Indie Rock") counts only where it is written as a name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from musechat.concepts.artists import well_known
from musechat.concepts.lexicon import Lexicon, Sense
from musechat.concepts.tokens import COMMAS, Token, tokenize, words

Relation = Literal["by", "like", "bare", "quote"]
KnownNames = dict[str, list[tuple[tuple[str, ...], str]]]

_QUOTE = re.compile(r'"([^"]{1,80})"|“([^”]{1,80})”|«([^»]{1,80})»')
_TITLE_WORDS = frozenset(("song", "track", "tune", "titled", "called", "named", "by", "like", "artist", "band"))
_CONNECTORS = frozenset(("of", "the", "in", "de", "la", "le", "von", "van", "der"))
_BEFORE_NAME = frozenset(("more", "never", "no", "by", "play", "some", "without", "not", "from"))
_STYLE = frozenset(("style", "styled", "esque", "fashion"))
_AGES = frozenset(("some", "early", "late", "old", "classic", "vintage"))
_TELLS = frozenset(("is", "was", "'s", "sounds", "feels"))
_OPENERS = frozenset(("the", "a", "my"))
"""These begin a name where they have a capital within a sentence: "The Clash", "My Bloody Valentine"."""
_PLACED = frozenset(("in", "at", "from", "on"))
"""Between "like" and a name these name a place: "like in Paris"."""
_MAYBE = frozenset(
    ("maybe", "perhaps", "or", "and", "would", "could", "rather", "ideally", "say", "than", "but", "without", "if")
)
_PLACES = frozenset("new san los las saint st north south east west lake mount santa rio el".split())
_OEUVRE = frozenset(("style", "side", "music", "songs", "sound", "work", "stuff"))
_FAMILY = frozenset(("sons", "daughters", "friends", "brothers", "sisters", "company"))
_LOOSELY = frozenset(
    "energy vibe vibes feel flavour flavor type like ish sound touch soundtrack score film movie would meets thing "
    "sort kind comes springs".split()
)
"""Behind a name these ask for its style; a single word that opens a sentence ("Sunny vibes") is no name there."""
_NATION = re.compile(r"(?:ish|ese|ian|ean|can|man|rench|reek|utch|wood)$")
_LONGEST_NAME, _SKIPPED, _SPELLED_CUE = 12, 5, 3


_WHO = r"(?:artist|band|musician|composer|producer|performer)"
_SAME = re.compile(rf"\b(by |from |of )?(?:this|that|the same) {_WHO}\b", re.I)
_OTHER = re.compile(rf"\b(?:an?other|an? different|some other|an? new) {_WHO}\b", re.I)


def named(text: str, artist: str | None) -> str:
    """`text` with "this artist" spelled out as the artist of the track on the table, if there is one.

    "Not this artist again" becomes "not Ann again", "another band" becomes "not by Ann".
    """
    if artist is None:
        return text
    return _OTHER.sub(lambda _: f"not by {artist}", _SAME.sub(lambda m: f"by {artist}" if m[1] else artist, text))


@dataclass(frozen=True, slots=True)
class Name:
    """Tokens `start`..`end` name `text`. "quote": quoted words that are no artist as far as we can tell."""

    start: int
    end: int
    text: str
    relation: Relation


@lru_cache(maxsize=4)
def known_names(artists: tuple[str, ...]) -> KnownNames:
    """First word → (all words, name), longest first; a name with signs in it also without ("P!nk", "Sunn O)))")."""
    index: KnownNames = {}
    for artist in artists:
        signs = tuple(token.word for token in tokenize(artist[:200]))
        for key in dict.fromkeys((words(artist[:200]), signs)):
            if 0 < len(key) <= _LONGEST_NAME and key[0] not in COMMAS:
                index.setdefault(key[0], []).append((key, artist))
    for entries in index.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    return index


def find_names(
    line: str, tokens: Sequence[Token], lexicon: Lexicon, known: KnownNames, is_title: Callable[[str], bool]
) -> list[Name]:
    """All names of a message in order, none overlapping. `is_title`: whether words are a title of the library."""
    return _Finder(line, tokens, lexicon, known, is_title).all()


class _Finder:
    def __init__(
        self,
        line: str,
        tokens: Sequence[Token],
        lexicon: Lexicon,
        known: KnownNames,
        is_title: Callable[[str], bool],
    ) -> None:
        self.line, self.tokens, self.lexicon, self.known, self.is_title = line, tokens, lexicon, known, is_title
        letters = [c for c in line if c.isalpha()]
        self.small = not any(c.isupper() for c in letters)
        self.shouted = sum(c.isupper() for c in letters) > 0.6 * len(letters)
        spans = [match.span() for match in _QUOTE.finditer(line)]
        self.quotes: dict[int, int] = {}
        for start, end in spans:
            inside = [i for i, token in enumerate(tokens) if start < token.start < end]
            if inside:
                self.quotes[inside[0]] = inside[-1] + 1

    def all(self) -> list[Name]:
        names: list[Name] = []
        i = 0
        while i < len(self.tokens):
            name, length = self._at(i)
            if name is not None:
                names += self._with_others(name)
                i = names[-1].end
                if i < len(self.tokens) and self.tokens[i].word == "fashion":  # "in John Williams fashion"
                    i += 1
                    names[-1] = replace(names[-1], end=i)
            else:
                i += length
        return names

    def _at(self, i: int) -> tuple[Name | None, int]:
        """The name at or behind token `i`; else how many tokens to go on."""
        if (bare := self._known(i, "bare")) is not None:
            return bare, 0
        if i in self.quotes:
            return self._quoted(i)
        alone = self._title_told_of(i) or self._famous(i, "like") or self._listed(i) or self._before_style(i)
        if alone is not None:
            return alone, 0
        found = self.lexicon.find(self.tokens, i)
        return self._behind_cue(i, *found) if found is not None else (None, 1)

    def _title_told_of(self, i: int) -> Name | None:
        """ "Night Drive is too slow": a title of the library that opens a sentence about it."""
        if i and self.tokens[i - 1].kind != "stop":
            return None
        for end in range(min(i + _LONGEST_NAME, len(self.tokens) - 1), i + 1, -1):
            if self.tokens[end].word in _TELLS and self.is_title(self._text(i, end)):
                return Name(i, end, self._text(i, end), "quote")
        return None

    def _behind_cue(self, i: int, sense: Sense, length: int) -> tuple[Name | None, int]:
        """The same, where a phrase that means something stands at `i`."""
        after, last = i + length, self.tokens[i + length - 1].word
        begins = next((step for step in range(1, length) if self._famous(i + step, "like") is not None), None)
        if begins is not None:  # "like The Clash", where "like the" is a cue
            return None, begins
        if sense.kind in ("by", "like", "from"):
            return self._behind(after, "like" if sense.kind == "like" else "by", length, sense.kind), length
        if sense.kind in ("more", "less", "keep", "want", "soft") or last in ("thinking", "some"):
            likened = self._asked_for(after, sense.kind, self.tokens[i].word)
            if likened is not None:
                return likened, length
        if last == "as" and i >= 2 and self.tokens[i - 2].word == "as":  # "as dreamy as Beach House"
            return self._capitalised(after, "like", listed=True), length
        if sense.kind in ("exclude", "negate") and after < len(self.tokens):  # "anything but Coldplay"
            known = self._known(after, "by") if last == "but" else None
            left_out = known or self._famous(after, "by") or self._before_style(after) or self._likened(after, "by")
            if left_out is not None:
                return left_out, length
        if last == "by" or (last == "like" and sense.kind == "more"):
            return self._behind(after, "by" if last == "by" else "like", length, sense.kind), length
        inside = (step for step in range(1, length) if self._known(i + step, "bare") is not None)
        return None, next(inside, length)

    def _behind(self, start: int, relation: Relation, cue_length: int, cue: str) -> Name | None:
        i = start
        for _ in range(_SKIPPED + 1):
            if i >= len(self.tokens) or self.tokens[i].kind != "word":
                return None
            named = self._known(i, relation) or self._quoted_name(i, relation) or self._famous(i, relation)
            if named is None and cue != "from":
                named = self._capitalised(i, relation) or self._titled(i, relation)
            if named is not None:
                article = i > start and self.tokens[i - 1].capital and self.tokens[i - 1].word == "a"
                return replace(named, start=i - 1, text=self._text(i - 1, named.end)) if article else named
            found = self.lexicon.find(self.tokens, i)
            word = self.tokens[i].word
            idle = found is not None and found[0].kind in ("filler", "article", "soft") and word not in _PLACED
            thing = relation == "like" and word in ("a", "an") and not self.tokens[i].capital
            if thing and not self._is_styled(i + 1):  # "like an old Game Boy"
                return None
            if not idle and word not in _AGES:
                break
            i += 1 if found is None else found[1]
        sure = cue_length >= _SPELLED_CUE or self.tokens[start - 1].word == "to" or self.small
        return self._spelled(i, relation) if relation == "like" and sure else None

    def _is_styled(self, i: int) -> bool:
        """Whether a name begins at `i` that asks for its style: "like a Hans Zimmer score"."""
        while i < len(self.tokens) and self.tokens[i].word in _AGES:
            i += 1
        return i < len(self.tokens) and (self._known(i, "like") is not None or self._before_style(i) is not None)

    def _listed(self, i: int) -> Name | None:
        """ "Minimal piano, Ólafur Arnalds, snow", "Radiohead, Portishead": a name in capitals that is an item of a list
        by itself. What opens a sentence is one only with several words, or where another name follows.
        """
        article = self.tokens[i].word in _OPENERS and self.tokens[i].capital
        article |= self.tokens[i].word == "the" and i > 0
        first = i + article
        if first >= len(self.tokens) or not self.tokens[first].capital:
            return None
        opens = i == 0 or self.tokens[i - 1].kind == "stop"
        if not opens and self.tokens[i - 1].kind != "comma" and self.tokens[i - 1].word not in _MAYBE:
            return None
        name = self._capitalised(first, "like")
        if name is not None and article and self.tokens[i].word != "the":  # "A Tribe Called Quest"
            name = replace(name, start=i, text=self._text(i, name.end))
        if name is None or self._is_place(name) or not (name.end > first + 1 or self._is_strange(first, name.end)):
            return None
        after = self.tokens[name.end] if name.end < len(self.tokens) else None
        ends = after is None or after.kind != "word" or after.word in _MAYBE
        several = name.end > first + 1 and (not opens or self._is_strange(first, name.end))
        followed = after is not None and (after.kind == "comma" or after.word in ("or", "and"))
        followed = followed and self._names_another(name.end + 1)
        doubted = after is not None and after.word in ("maybe", "perhaps")  # "The Pogues maybe?"
        if doubted:
            return name
        long = name.end > first + 2 and self._is_strange(first, name.end)  # "Nine Inch Nails in a bad mood"
        return name if long or (ends and (several or not opens or followed)) else None

    def _names_another(self, i: int) -> bool:
        return i < len(self.tokens) and self.tokens[i].capital and self._is_strange(i, i + 1)

    def _is_place(self, name: Name) -> bool:
        """A people, a place or a day, as far as a short list goes."""
        first = self.tokens[name.start].word
        single = name.end == name.start + 1
        return first in _PLACES or (single and (_NATION.search(name.text) is not None or first in self.lexicon.places))

    def _before_style(self, i: int) -> Name | None:
        """ "Green Day style": a name in capitals, not a people's or a place's ("French style")."""
        name = self._capitalised(i, "like") if i < len(self.tokens) else None
        if name is None or name.end >= len(self.tokens):
            return None
        after = self.tokens[name.end].word
        if after == "'s" and name.end + 1 < len(self.tokens):  # "in Bonobo's style", "Hans Zimmer's quieter side"
            following = [token.word for token in self.tokens[name.end + 1 : name.end + 3]]
            after = next((word for word in following if word in _OEUVRE), following[0])
        opens = i == 0 or self.tokens[i - 1].kind == "stop"
        loosely = after in _LOOSELY | _OEUVRE and (name.end > i + 1 or not opens)
        played = name.end > i + 1 and self._is_played(name.end) and self._is_strange(i, name.end)
        loosely |= played and not self._is_place(name)
        if after not in _STYLE and not loosely:
            return None
        return None if _NATION.search(name.text) and name.end == i + 1 else name

    def _asked_for(self, i: int, cue: str, first: str) -> Name | None:
        """ "Like the Beatles", "more Radiohead", "play some Bob Marley", "I love Nina Simone"."""
        some = False
        while i < len(self.tokens) and self.tokens[i].word in ("something", "any", "anything", *_AGES):
            some, i = True, i + 1
        liked = cue == "keep" and first == "like"
        return self._likened(i, "like", several=cue in ("keep", "want", "soft") and not some and not liked)

    def _likened(self, i: int, relation: Relation, several: bool = False) -> Name | None:
        """ "More Radiohead, less Coldplay", "I was thinking Gorillaz", "I love Nina Simone": a name that is no people's
        nor a known one; `several`: of two words at least.
        """
        if i >= len(self.tokens) or self._known(i, "bare") is not None:
            return None
        name = self._capitalised(i, relation)
        single = name is not None and name.end == i + 1
        listed = name is not None and self._names_another(name.end + 1) and self.tokens[name.end].word in ("and", "or")
        if name is None or (single and ((several and not listed) or not self._is_strange(i, i + 1))):
            return None
        if self._is_place(name):  # "more Africa in it"
            return None
        return None if _NATION.search(name.text) and name.end == i + 1 else name

    def _is_played(self, i: int) -> bool:
        """ "Billy Joel piano"."""
        found = self.lexicon.find(self.tokens, i)
        return found is not None and found[0].kind == "concept"

    def _is_strange(self, start: int, end: int) -> bool:
        return all(self.lexicon.find(self.tokens, i) is None for i in range(start, end))

    def _with_others(self, name: Name) -> list[Name]:
        """The name and those listed behind it ("like Portishead or Massive Attack")."""
        names = [name]
        while name.relation in ("by", "like"):
            i = names[-1].end
            if i + 1 >= len(self.tokens) or self.tokens[i].word not in ("or", "and", ",", "meets"):
                break
            skipped = self.tokens[i + 1].word in (*_AGES, "the") and i + 2 < len(self.tokens)
            at = i + 1 + skipped
            other = self._known(at, name.relation) or self._famous(at, name.relation)
            other = other or self._capitalised(at, name.relation, listed=True) or self._closing(at, name.relation)
            if other is None:
                break
            names.append(other)
        return names

    def _closing(self, i: int, relation: Relation) -> Name | None:
        """ "Like Foreigner, Journey": one ordinary word in capitals, listed behind a name, that closes its clause."""
        last = i + 1 == len(self.tokens) or self.tokens[i + 1].kind != "word"
        named = last and self.tokens[i].capital and not self.shouted and self.tokens[i - 1].word == ","
        return Name(i, i + 1, self._text(i, i + 1), relation) if named else None

    def _famous(self, i: int, relation: Relation) -> Name | None:
        """A well-known artist at token `i`."""
        for artist in well_known().get(self.tokens[i].word, ()):
            phrase = self.tokens[i : i + len(artist.words)]
            if tuple(token.word for token in phrase) != artist.words:
                continue
            opens = len(phrase) == 1 and (i == 0 or self.tokens[i - 1].kind == "stop")
            placed = i > 0 and self.tokens[i - 1].word in _PLACED
            named = phrase[0].capital and (phrase[-1].capital or phrase[-1].word.isdigit())
            written = named and not (self.shouted or opens or placed)
            if written or not artist.ordinary:
                return Name(i, i + len(phrase), self._text(i, i + len(phrase)), relation)
        return None

    def _known(self, i: int, relation: Relation) -> Name | None:
        for key, artist in self.known.get(self.tokens[i].word, ()):
            phrase = self.tokens[i : i + len(key)]
            if tuple(token.word for token in phrase) == key and self._written(i, key, phrase, relation):
                return Name(i, i + len(key), artist, relation)
        return None

    def _written(self, i: int, key: tuple[str, ...], phrase: Sequence[Token], relation: Relation) -> bool:
        """Whether these words stand for the name, not for themselves."""
        said = [token for token in phrase if token.kind == "word"]
        capitals = not self.shouted and all(token.capital or token.word.isdigit() for token in said)
        opens = len(key) == 1 and relation == "bare" and (i == 0 or self.tokens[i - 1].kind == "stop")
        if opens and i + 1 < len(self.tokens) and self._is_played(i + 1):  # "Low drone, strings"
            return False
        if self.quotes.get(i) == i + len(key):
            return True
        if self.lexicon.plain(key):
            return capitals and (relation != "bare" or len(key) > 1)
        after_cue = relation != "bare" or (i > 0 and self.tokens[i - 1].word in _BEFORE_NAME)
        return after_cue or len(key) > 1 or capitals or self.shouted

    def _quoted_name(self, i: int, relation: Relation) -> Name | None:
        return Name(i, self.quotes[i], self._text(i, self.quotes[i]), relation) if i in self.quotes else None

    def _quoted(self, i: int) -> tuple[Name | None, int]:
        """Quoted words: a concept in quotes stays one unless it is called a song or a name."""
        end = self.quotes[i]
        found = self.lexicon.find(self.tokens, i)
        titled = i > 0 and self.tokens[i - 1].word in _TITLE_WORDS
        if found is not None and found[0].kind in ("concept", "comparative") and i + found[1] == end and not titled:
            return None, found[1]
        return Name(i, end, self._text(i, end), "quote"), 0

    def _capitalised(self, i: int, relation: Relation, listed: bool = False) -> Name | None:
        """`listed`: behind another name, where two words in capitals are a name whatever they mean ("Beach House")."""
        if self.shouted or not self._opens_name(i):
            return None
        end = i + 1
        while end < len(self.tokens) and self.tokens[end].kind == "word":
            step = next((n for n in (1, 2, 3) if self._joined(end, n)), 0)
            if not step or self.tokens[end].word == "i":
                break
            end += step
        text = self._text(i, end)
        if self._only_concepts(i, end) and not self.is_title(text) and not (listed and end - i > 1):
            return None
        return Name(i, end, text, relation)

    def _titled(self, i: int, relation: Relation) -> Name | None:
        """Behind a cue several words in capitals are a name whatever the first means ("like Reel Big Fish")."""
        rest = self._capitalised(i + 1, relation, listed=True) if i + 1 < len(self.tokens) else None
        begins = self.tokens[i].capital and self.tokens[i].word not in ("i", "the", "a") and rest is not None
        return replace(rest, start=i, text=self._text(i, rest.end)) if begins and rest is not None else None

    def _joined(self, i: int, step: int) -> bool:
        """Whether a name goes on with a capital after `step` - 1 small words ("Explosions in the Sky",
        "Mumford & Sons", "Florence and the Machine").
        """
        part = self.tokens[i : i + step]
        numbered = len(part) == 1 and part[0].word.isdigit() and self.line[part[0].start - 1] == "-"  # "Blink-182"
        if len(part) != step or not (part[-1].capital or numbered):
            return False
        small = [token.word for token in part[:-1]]
        if small == ["'s"]:  # "Blackmore's Night"
            return True
        sign = self.line[part[0].start]
        initials = sign == "/" and self.line[part[0].start - 2 : part[0].start].isupper()  # "AC/DC", not "Moby/Air"
        family = small == ["and"] and part[-1].word in _FAMILY
        banded = small == ["and", "the"] or family or (small == ["and"] and (sign in "&+" or initials))
        return banded or all(word in _CONNECTORS for word in small)

    def _opens_name(self, i: int) -> bool:
        found = self.lexicon.find(self.tokens, i)
        return self.tokens[i].capital and (found is None or found[0].kind in ("concept", "comparative", "trap"))

    def _only_concepts(self, i: int, end: int) -> bool:
        while i < end:
            found = self.lexicon.find(self.tokens, i)
            if found is None or found[0].kind != "concept":
                return False
            i += found[1]
        return True

    def _spelled(self, i: int, relation: Relation) -> Name | None:
        """Up to three unknown words in lower case behind a cue that cannot mean anything else."""
        end = i
        while end < min(i + 3, len(self.tokens)) and self.tokens[end].kind == "word":
            found = self.lexicon.find(self.tokens, end)
            if found is not None and not (end == i + 1 and self._closes(end)):
                break
            end += 1
        return Name(i, end, self._text(i, end), relation) if end > i else None

    def _closes(self, i: int) -> bool:
        """ "Similar to daft punk": an ordinary word at the end of its clause may end a name."""
        found = self.lexicon.find(self.tokens, i)
        after = self.tokens[i + 1] if i + 1 < len(self.tokens) else None
        return found is not None and found[0].kind == "concept" and (after is None or after.kind != "word")

    def _text(self, start: int, end: int) -> str:
        return self.line[self.tokens[start].start : self.tokens[end - 1].end]
