"""Query → ranked tracks, with the evidence that ranked them.

In: a `Corpus` (what is known of every track) and a `Query` with explicit nulls. Out: `Ranking`.

- `limits` cut, `words` and `picture` weigh, `ranker` adds up; `fit` lays a track under the clip:
  `offset` finds where to start, `fill` what to repeat or leave out.
"""
