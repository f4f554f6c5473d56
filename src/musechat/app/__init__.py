"""The product without a door: `Library` and `Session`, and the JSON that programs read.

In: folders, clips, words. Out: what the command line, a server or a notebook shows.
"""
