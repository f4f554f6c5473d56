"""The first door: the `musechat` command.

In: arguments. Out: text and pictures for people, JSON for programs. `commands` parses, `show` prints.
"""
