"""The types that travel between rooms, the protocols that rooms implement, errors, homes and text hygiene.

In: nothing of the project. Out: names that every other room may import. Nothing here loads numpy or a model.
"""
