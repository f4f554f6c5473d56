"""What each kind of point is called: sentences with slots and choices.

In: a point's kind, its slots, a number. Out: one sentence.

- "[a|b|c]" is a choice, "{slot}" a fact. The number picks each choice, so a dialogue varies and a rerun does not.
- Wording states what was measured and against what; it never turns a score into a fact of the sound.
- A slot's text is set in last: nothing in a title can be taken for a choice.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping

_CHOICE = re.compile(r"\[([^][]*)\]")


def worded(kind: str, slots: Mapping[str, str], seed: int) -> str:
    """One sentence of `kind`. Raises `KeyError` for a kind or slot that is not known."""
    dice = random.Random(f"{kind} {seed}")
    sentence = dice.choice(SENTENCES[kind])
    while (choice := _CHOICE.search(sentence)) is not None:
        sentence = sentence[: choice.start()] + dice.choice(choice[1].split("|")) + sentence[choice.end() :]
    said = _tidy(sentence).format_map(slots)
    return said[:1].upper() + said[1:]


def _tidy(sentence: str) -> str:
    """Single blanks, none before punctuation; empty choices leave gaps."""
    return re.sub(r" +([,.;:?!])", r"\1", " ".join(sentence.split()))


SENTENCES: dict[str, tuple[str, ...]] = {
    "propose": (
        "[I would|I'd] [take|go with|use|try|lay down|reach for] “{title}” [here|for this|under it|].",
        "[How about|What about|What do you say to] “{title}”?",
        "[My pick|My choice|My suggestion] [is|would be] “{title}”.",
        "[Let me|I can] [offer|suggest|propose] “{title}”.",
        "“{title}” [is what I would take|is my pick|gets my vote|would be my choice].",
    ),
    "propose artist": (
        "[I would|I'd] [take|go with|use|try|reach for] “{title}” by {artist} [here|for this|].",
        "[How about|What about|What do you say to] “{title}” by {artist}?",
        "[My pick|My choice|My suggestion] [is|would be] “{title}” by {artist}.",
        "[Let me|I can] [offer|suggest|propose] {artist} with “{title}”.",
        "“{title}” by {artist} [is what I would take|is my pick|gets my vote|would be my choice].",
        "[Try|Take|Give a listen to] “{title}” by {artist} [under this|].",
    ),
    "propose album": (
        "[I would|I'd] [take|go with|use|try] “{title}” from {album}.",
        "[How about|What about] “{title}”, [off|from] {album}?",
        "[My pick|My choice] [is|would be] “{title}” from {album}.",
    ),
    "propose artist album": (
        "[I would|I'd] [take|go with|use|try|reach for] “{title}” by {artist}, from [the album|] {album}.",
        "[How about|What about|What do you say to] “{title}” by {artist}, [off|from] {album}?",
        "[My pick|My choice|My suggestion] [is|would be] “{title}” by {artist}, [on|from] [the album|] {album}.",
        "[Let me|I can] [offer|suggest|propose] {artist} with “{title}”, [off|from] {album}.",
        "From {album} by {artist} [I would|I'd] [take|pick|use] “{title}”.",
    ),
    "still": ("“{title}” is still [on the table|my pick|the one we have].", "We are still [at|with] “{title}”."),
    "back": (
        "Back to “{title}” [then|].",
        "[All right|Fine|Of course], “{title}” again.",
        "“{title}” is [back|on the table again].",
    ),
    "chosen": ("“{title}” it is, as you chose.", "[All right|Fine|Of course], your choice: “{title}”."),
    "accepted": ("[Good|Great|Done], “{title}” it is.", "Then we take “{title}”.", "[Settled|Agreed]: “{title}”."),
    "clip look": (
        "[Your clip|The picture|Your footage] [looks|is] {look}.",
        "[What I see is|I see a picture that is] {look}.",
        "[To my measure|By its colours], the picture is {look}.",
    ),
    "clip": (
        "[Your clip|The picture|Your footage] [looks|is] {look}, with {motion} and {cuts} [{where}|in it].",
        "I see {motion} and {cuts} {where}, and a picture that is {look}.",
        "[The picture|Your footage] is {look}; there is {motion} {where}, and {cuts}.",
    ),
    "clip pace": (
        "There is {motion} {where}, and {cuts}.",
        "I see {motion} and {cuts} {where}.",
        "[I count|I find] {cuts} {where}, and {motion}.",
    ),
    "scenes": (
        "[It shows|I make out|In it I see] {scenes}, as far as I can tell.",
        "[By the look of it|As far as I can tell], it shows {scenes}.",
    ),
    "tags": (
        "The tagger's strongest tags for the track are {tags}.",
        "What the tagger hears most in [the track|it] is {tags}.",
        "[To|For] the tagger it is {tags} above all.",
        "{tags} [come first|are what stands out] for the tagger.",
    ),
    "sound": (
        "[It is|This is|What you hear is|The track is] {genres}[, with|; you hear] {parts}.",
        "{genres} [it is|is what it is|is what you hear], with {parts}.",
    ),
    "genres": ("[It is|This is|What you hear is|The track is] {genres}.", "{genres} is what [it is|you hear]."),
    "parts": ("[It has|You hear|It features] {parts} [in it|].", "[In it|There] you hear {parts}."),
    "tempo": (
        "It runs at [about|around|roughly] {bpm} BPM.",
        "Its tempo measures [about|around] {bpm} BPM.",
        "I measure [about|around|roughly] {bpm} BPM.",
        "[The tempo|The pulse] is [about|around|roughly] {bpm} BPM.",
    ),
    "tempo and key": (
        "It runs at [about|around|roughly] {bpm} BPM, most likely in {key}.",
        "[About|Around|Roughly] {bpm} BPM, most likely in {key}.",
        "I measure [about|around|roughly] {bpm} BPM, and {key} as its key.",
        "[The tempo|The pulse] is [about|around] {bpm} BPM, the key most likely {key}.",
        "[Its key|The key] is most likely {key}, its tempo [about|around|roughly] {bpm} BPM.",
    ),
    "mood agrees": (
        "[By measured mood|In measured mood|As for mood,] the music is {track}, and so is the picture.",
        "Picture and music [agree|meet] in measured mood: {clip}.",
        "[Both|Picture and music both] measure {clip}.",
        "The music [measures|comes out as] {track}, [which is|] [just|exactly] what the picture does.",
    ),
    "mood differs": (
        "[By measured mood|In measured mood] the music is {track}, the picture {clip}.",
        "The picture measures {clip}; the music {track}.",
        "[Against|Next to] a picture that measures {clip}, the music is {track}.",
        "The picture comes out as {clip}, the music as {track}.",
    ),
    "wish met": (
        "You asked for {concept}: it scores higher there than {percent} % of your library.",
        "For {concept} it stands above {percent} % of your library.",
        "[On|As for] {concept} it outscores {percent} % of your library.",
        "{percent} % of your library [score|scores] lower for {concept}.",
    ),
    "wish there": (
        "You asked for {concept}, and it is there; [such a call|that] was right for {precision} % of labelled tracks.",
        "There is {concept} in it, as you asked ([right for|a call that holds for] {precision} % of labelled tracks).",
        "It has {concept}, as you wished; {precision} in 100 such calls were right on labelled tracks.",
    ),
    "wish not met": (
        "For {concept} this is a compromise: it scores above only {percent} % of your library.",
        "It falls short of {concept}: only {percent} % of your library scores lower there.",
        "[On|As for] {concept} [I have to admit|to be honest], it beats only {percent} % of your library.",
    ),
    "measured wish": (
        "You asked for {concept}: [it measures|I measure] {value}, [further that way than|ahead of] {percent} % of your library.",
        "For {concept} it has {value}, [further that way than|ahead of] {percent} % of your library.",
        "[With|At] {value} it answers {concept} better than {percent} % of your library.",
    ),
    "measured wish not met": (
        "For {concept} this is a compromise: [it measures|I measure] {value}, ahead of only {percent} % of your library.",
        "It falls short of {concept} at {value}: only {percent} % of your library is further from it.",
    ),
    "changed": (
        "It is {change} than the last one: {now} against {then}.",
        "As asked, {change}: {now} instead of {then}.",
        "[It goes|We go] from {then} to {now}, {change} [as you asked|].",
        "{now} after {then} makes it {change}.",
    ),
    "not changed": (
        "It is not {change} than the last one, sorry: {now} against {then}.",
        "I could not make it {change}: {now} against {then}.",
    ),
    "score changed": (
        "As asked, it scores {way} for {concept} than the last one: {now} against {then}.",
        "For {concept} it scores {way} than the last one, {now} against {then}.",
        "[Its score|The score] for {concept} goes from {then} to {now}.",
        "{now} after {then} for {concept}: {way} [than before|as you asked].",
    ),
    "score not changed": (
        "It does not score {way} for {concept} than the last one, sorry: {now} against {then}.",
        "I could not get {way} for {concept}: {now} against {then}.",
    ),
    "kept": (
        "It keeps {concept}: a score of {now} after {then}.",
        "For {concept} it holds on: {now} after {then}.",
        "What you liked, {concept}, is kept: {now} after {then}.",
        "The score for {concept} holds, {now} after {then}.",
    ),
    "not kept": (
        "It scores lower for {concept} than the last one, sorry: {now} after {then}.",
        "I had to give up some of {concept}: {now} after {then}.",
    ),
    "limit": (
        "Your limit “{limit}” holds: {value}.",
        "“{limit}” is respected: {value}.",
        "[It keeps to|Within] “{limit}”[|, at least]: {value}.",
    ),
    "limit by score": (
        "By its tags it passes “{limit}”, with a {what} of {value}.",
        "As for “{limit}”: by its tags it passes, with a {what} of {value}.",
        "“{limit}” holds by its tags: a {what} of {value}.",
    ),
    "limit by you": ("“{limit}” holds, by your own word.", "You said so yourself: “{limit}” holds."),
    "little": (
        "It has little of {concept}: a score of {score} on 0–1.",
        "For {concept} it scores a low {score} of 1.",
        "Not much {concept} [here|in it]: {score} of 1.",
    ),
    "not little": ("It still scores {score} of 1 for {concept}, sorry.",),
    "limit licence": ("Its licence is {licence}, which allows what you asked.", "You may use it so: it is {licence}."),
    "limit by name": ("As you asked: {limit}.", "[And|It is] {limit}, as you asked."),
    "limit unknown": ("I could not check “{limit}”: for this track that is not known.",),
    "style": (
        "[You wanted|As for] the {style}: it stands {cosine} of 1 near that in sound, nearer than {percent} % of your library.",
        "[In sound|By its sound] it stands {cosine} of 1 near the {style}, nearer than {percent} % of your library.",
    ),
    "example": (
        "[In sound|By its sound] it stands {cosine} of 1 near {example}, nearer than {percent} % of your library.",
        "Next to {example} it measures {cosine} of 1 in sound; {percent} % of your library are further away.",
    ),
    "same": (
        "It stays near the last one in sound: {cosine} of 1.",
        "[In sound|By its sound] it is {cosine} of 1 near the last one.",
    ),
    "overruled": (
        "You took back one thing by another: {words}.",
        "[The later word counts|I go by the later word]: {words}.",
    ),
    "start": (
        "I would start it at {start}{on}.",
        "Start it at {start}{on}.",
        "[It best starts|Let it start] at {start}{on}.",
    ),
    "start for": (
        "Start it at {start}: there {reasons}.",
        "I would start it at {start}, where {reasons}.",
        "[From {start} on|Started at {start}], {reasons}.",
    ),
    "beginning for": ("From its beginning on, {reasons}.", "Start it at its beginning: there {reasons}."),
    "hit lift": (
        "The lift at {place} of the track falls on {clip}, as you asked; it starts at {start}.",
        "Started at {start}, its lift at {place} falls on {clip}, as you asked.",
    ),
    "hit mark": (
        "It has no lift that could fall on {clip}; instead {mark} begins there, at {place} of the track.",
        "No lift of it can fall on {clip}, so {mark} begins there: {place} of the track.",
    ),
    "hit after silence": (
        "It waits until {silence}, so that {mark} at {place} falls on {clip}, as you asked.",
        "There is silence until {silence}, for only then {mark} at {place} falls on {clip}, as you asked.",
    ),
    "picture hit": (
        "Start it at {start}: its lift at {place} then meets the picture's own at {clip}.",
        "From {start} on, its lift at {place} falls on {clip}, where the picture takes off.",
    ),
    "nothing hits": ("I found no lift, section or beat in it that could fall on {clip}.",),
    "no clip to hit": ("There is no clip in this conversation, so nothing can fall on {clip}.",),
    "leaps": (
        "It leaps from {leaps_from} to {leaps_to}, so that the track's own ending closes the clip.",
        "A leap from {leaps_from} to {leaps_to} lets the track's own ending close the clip.",
        "[At|From] {leaps_from} it jumps to {leaps_to}, [so|and so] the clip ends with the track's own ending.",
    ),
    "repeats": (
        "To last that long it repeats {repeats_from}–{repeats_to} {times}.",
        "{repeats_from}–{repeats_to} comes back {times}, so that it lasts.",
    ),
    "repeats and ends": (
        "It repeats {repeats_from}–{repeats_to} {times}, so that its own ending closes the clip.",
        "{repeats_from}–{repeats_to} comes back {times}, and its own ending closes the clip.",
    ),
    "fades": (
        "It fades out over the last {seconds} s.",
        "Over the last {seconds} s it fades out.",
        "[The last|Its last] {seconds} s fade out.",
    ),
    "too short": ("It is over before your clip is, at {over}.",),
    "speech": (
        "Somebody speaks for {seconds} s of it; the music can duck under that.",
        "I hear {seconds} s of speech in it, under which the music can duck.",
    ),
    "speech and voice": (
        "Somebody speaks for {seconds} s of your clip, so I looked for music without a voice: this scores {voice} for one.",
        "As there are {seconds} s of speech in your clip, I preferred music without singing; it scores {voice} of 1 for a voice.",
        "With {seconds} s of speech in the clip, tracks without a voice came first: this one scores {voice} for any.",
    ),
    "unmatched": ("I could not use {words}.", "I did not understand {words}.", "[With|Of] {words} I could do nothing."),
    "unmeasurable": (
        "I understood {words}, but nothing I measure can hear that, so it did not count.",
        "I cannot hear {words}, so that did not count.",
    ),
    "nothing fits": ("No track of your library fits all of that: {ways}. I set that message aside.",),
    "nothing fits at all": (
        "No track of your library fits {limits}, and giving up any one of them would not be enough. "
        "I set that message aside.",
    ),
    "nothing left": ("There is no track in your library that I could propose.",),
    "nothing said": ("I found nothing in your words that I can act on.",),
    "contributions": (
        "Its score is made of {parts}.",
        "What counted: {parts}.",
        "[The points|Its points] come from {parts}.",
    ),
    "unknown track": ("I know no track called “{words}” in your library.",),
    "that is it": ("“{other}” is the one on the table.",),
    "barred": ("“{other}” is out: {why}.", "I left “{other}” out: {why}."),
    "breaks": ("“{other}” breaks your limit “{limit}”{found}.", "By your limit “{limit}” “{other}” is out{found}."),
    "passed over": (
        "“{other}” was passed over: it is {why} ({found}).",
        "I passed over “{other}”, as it is {why} ({found}).",
    ),
    "place": (
        "“{other}” comes in at place {place}: it scores {its}, my pick {mine}.",
        "With a score of {its} against {mine}, “{other}” stands at place {place}.",
    ),
    "scores": ("“{other}” would score {its}, my pick {mine}.", "By score alone “{other}” has {its}, my pick {mine}."),
    "behind": ("It loses on {parts}.", "It falls behind on {parts}."),
    "ahead": ("It would be ahead on {parts}.", "On its side: {parts}."),
    "no undo": ("There is nothing to go back to.",),
}
