"""Makes what models learn from: dialogues about pairs of a clip and its track.

In: a library, pairs of clip and track. Out: dialogues whose every line is true of what it speaks of.

- Nothing here is needed to talk about a clip; the doors load it only when asked to.
"""
