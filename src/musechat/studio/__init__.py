"""The studio: composes, performs and films small synthetic media whose facts are known.

In: briefs and seeds. Out: scores, samples, moving pictures and files, each with what is true of it.

- It is the demo's offline media, the tests' ground truth and the benchmark's world; nothing here is needed to
  recommend, so it is only imported by who makes media.
"""
