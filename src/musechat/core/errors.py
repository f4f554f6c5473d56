"""Every error that MuseChat raises on purpose.

In: nothing. Out: one family, `MuseChatError`, whose message is a sentence that a user can act on.

- `code` is a stable word for programs (it is the `error.code` of the JSON contract); the message is for people.
- The doors print the message in one line and exit with `exit_status`; anything outside the family is a bug.
"""

from __future__ import annotations


class MuseChatError(Exception):
    """Base of the family: a message for people, a `code` for programs, an exit status for shells."""

    code = "error"
    exit_status = 1


class InputError(MuseChatError):
    """What the user gave cannot be used: no such file, an empty folder, an impossible option."""

    code = "input"
    exit_status = 2


class MediaError(MuseChatError):
    """A media file cannot be decoded. `reason` is one word of a closed list, kept with the library's errors."""

    code = "media"
    exit_status = 3

    def __init__(self, message: str, reason: str = "unreadable") -> None:
        """`reason`: unreadable, empty, no_audio, no_pictures, forbidden, too_large, timeout, crashed, missing."""
        super().__init__(message)
        self.reason = reason


class LibraryError(MuseChatError):
    """The library cannot be opened, read or written as asked."""

    code = "library"
    exit_status = 4


class LibraryBusyError(LibraryError):
    """Another process is writing to the library."""

    code = "library_busy"


class WeightsError(MuseChatError):
    """A model's weights are missing, damaged or of another shape than the code expects."""

    code = "weights"
    exit_status = 5
