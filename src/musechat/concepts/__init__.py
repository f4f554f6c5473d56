"""One vocabulary for words and sound: words → `Request`, what was heard → concept scores.

In: messages; tag probabilities and measurements. Out: what was asked, and how much of each concept is there.

- `vocabulary.toml` names the concepts and what hears them, `cues.toml` the words around them; both are data.
- `understand` uses rules only. `presence` ranks; that something is *there* is not for it to say.
"""
