"""The real models and the decoder, made when first needed: `Models`.

In: how many cores may be used. Out: analysers of files and the text encoder.

- One place knows which encoders are the embedded default; the rooms only know the protocols.
"""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING

from musechat.core.settings import home

if TYPE_CHECKING:
    from musechat.concepts.open_vocabulary import OpenVocabulary
    from musechat.concepts.presence import ConceptScorer
    from musechat.concepts.vocabulary import Vocabulary
    from musechat.core.protocols import AudioEncoder, ImageEncoder, SpeechDetector, TextEncoder
    from musechat.encode.tracks import File2Features
    from musechat.encode.videos import File2Profile
    from musechat.media import Decoder


class Models:
    """Encoders, decoder and analysers. Close it to end the decoder's processes."""

    def __init__(self, threads: int | None = None) -> None:
        """`threads`: cores to use at most; by default all but one."""
        self.threads = threads or max(1, (os.cpu_count() or 2) - 1)

    def close(self) -> None:
        """Ends the decoder's processes; they start again when needed."""
        if "decoder" in self.__dict__:
            self.decoder.close()

    @cached_property
    def decoder(self) -> Decoder:
        """The sandboxed decoder."""
        from musechat.media import Decoder

        return Decoder(concurrency=max(2, self.threads))

    @cached_property
    def audio(self) -> AudioEncoder:
        """Heard music → tags and vectors. One thread each: an import runs several at once."""
        from musechat.encode.musicnn import Musicnn

        return Musicnn(threads=1)

    @cached_property
    def image(self) -> ImageEncoder:
        """Seen frames → classes and vectors."""
        from musechat.encode.efficientnet import EfficientNetLite2

        return EfficientNetLite2(threads=self.threads)

    @cached_property
    def text(self) -> TextEncoder:
        """Read words → vectors."""
        from musechat.encode.minilm import MiniLM

        return MiniLM(threads=1)

    @cached_property
    def speech(self) -> SpeechDetector:
        """Heard sound → spans of speech."""
        from musechat.encode.silero import SileroVad

        return SileroVad(threads=1)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """What can be asked for."""
        from musechat.concepts.vocabulary import shipped_vocabulary

        return shipped_vocabulary()

    @cached_property
    def scorer(self) -> ConceptScorer:
        """Tags and measurements → concept scores."""
        from musechat.concepts.presence import ConceptScorer
        from musechat.concepts.reference import shipped_reference

        tag_names = self.audio.tag_names
        return ConceptScorer(self.vocabulary, tag_names, shipped_reference(tag_names))

    @cached_property
    def open_vocabulary(self) -> OpenVocabulary:
        """Words outside the vocabulary → the nearest concept."""
        from musechat.concepts.open_vocabulary import OpenVocabulary

        return OpenVocabulary(self.text, self.vocabulary, cache=home() / "cache")

    @cached_property
    def tracks(self) -> File2Features:
        """Music files → features."""
        from musechat.encode.tracks import File2Features

        return File2Features(self.decoder, self.audio)

    @cached_property
    def videos(self) -> File2Profile:
        """Clips → profiles."""
        from musechat.encode.videos import File2Profile

        return File2Profile(self.decoder, self.image, self.speech)
