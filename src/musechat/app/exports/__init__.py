"""Hand-overs of a clip with its music: cue sheet, credits, editing timeline, transcript, contact sheet.

In: a `Laid`, a conversation. Out: the bytes of each file, by name; and a folder that holds them.
"""
