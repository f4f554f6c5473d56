"""Turn after turn: words and what held before → the next turn.

In: a `Conversation` and one message. Out: the same conversation with one more `Turn`.

- `merge` carries wishes over turns; `step` decides what a message does; nothing here touches a file.
"""
