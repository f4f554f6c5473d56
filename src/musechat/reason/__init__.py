"""Evidence → a reply in words.

In: a choice with its evidence, the clip, what was asked. Out: `Reply`, each claim resting on evidence.

- `plan` decides what is said and on which evidence; a narrator only decides the wording.
"""
