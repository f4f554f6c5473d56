"""Brings music into a library.

In: paths, a way to identify a file and one to analyse it. Out: tracks in the library, and a `Summary`.

- Incremental: a file of unchanged path, size and time is not opened; a known sound is not analysed again unless a
  newer encoder or a higher quality is asked for.
- Each track is one transaction, written the moment it is done: whatever kills an import costs the tracks in flight,
  and the next run goes on from there. All writing is done by the calling thread.
- At most `threads` + 1 files are in flight, which bounds the memory.
- One bad file stops nothing: it is written down with its reason, and tried again when it has changed. One that
  changes under way is no track either: its sound could be filed under the id of another.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from musechat.core.errors import InputError, MediaError, MuseChatError
from musechat.core.features import EncoderId, TrackFeatures
from musechat.core.protocols import Progress, Silent
from musechat.core.settings import Quality
from musechat.core.text import one_line
from musechat.library.duplicates import fold_duplicates
from musechat.library.jobs import advance_job, end_job, running_pid, start_job
from musechat.library.lock import import_lock
from musechat.library.naming import AUDIO_SUFFIXES, name_track
from musechat.library.scan import Found, Scan, scan
from musechat.library.tracks import STEM, KnownFile, Store, is_below

if TYPE_CHECKING:
    from musechat.media.model import MediaInfo

KIND = "import"
STOP_SECONDS = 0.5
Identify: TypeAlias = "Callable[[Path], MediaInfo]"
"""Opens a file just enough to know whose sound it holds; raises `MediaError`. Called from several threads."""


class Analyse(Protocol):
    """Hears a track. Tracks that another `encoder` heard, or the same with other settings, are analysed again."""

    @property
    def encoder(self) -> EncoderId:
        """The vector space."""
        ...

    def __call__(self, path: Path, quality: Quality, /) -> TrackFeatures:
        """Raises `MediaError`. Called from several threads."""
        ...


@dataclass(slots=True)
class Summary:
    """What an import did, in files unless said.

    `added`: with a new sound; `updated`: retagged or analysed again; `moved`: known sounds in a new place;
    `unchanged`: not opened; `skipped`: stems; `failed`: with errors, old ones too; `duplicates`: copies of a sound
    that is still elsewhere, and tracks found to be near-duplicates of another; `missing`: tracks below the given paths
    that have no file now; `vanished`: given paths below which no known file is left, an unmounted drive perhaps.
    """

    added: int = 0
    updated: int = 0
    moved: int = 0
    unchanged: int = 0
    skipped: int = 0
    failed: int = 0
    duplicates: int = 0
    missing: int = 0
    vanished: tuple[str, ...] = ()
    seconds: float = 0.0


def import_music(
    store: Store,
    paths: Iterable[Path],
    identify: Identify,
    analyse: Analyse,
    *,
    quality: Quality = Quality.BALANCED,
    threads: int = 2,
    progress: Progress | None = None,
    stop: Callable[[], None] | None = None,
) -> Summary:
    """Imports all audio files at and below `paths` into a `store` opened for writing.

    `stop` makes calls of `identify` and `analyse` that are under way fail soon; it is called, more than once perhaps,
    when the import ends early. Without it such an import waits for them.

    Raises `InputError` for a path that never was, or where there is nothing to import or nothing readable;
    `LibraryBusyError` while another import runs; KeyboardInterrupt after a clean stop.
    """
    with import_lock(store.folder, lambda: running_pid(store.database, KIND)):
        work = _Import(store, identify, analyse, quality, max(1, threads), progress or Silent(), stop or _wait_only)
        return work.run(paths)


@dataclass(frozen=True, slots=True)
class _Step:
    """A file under way; `info` and `track`, its audio id, are known once it is identified."""

    found: Found
    info: MediaInfo | None = None
    track: str = ""


class _Import:
    def __init__(
        self,
        store: Store,
        identify: Identify,
        analyse: Analyse,
        quality: Quality,
        threads: int,
        progress: Progress,
        stop: Callable[[], None],
    ) -> None:
        self.store = store
        self.identify = identify
        self.analyse = analyse
        self.quality = quality
        self.threads = threads
        self.progress = progress
        self.stop = stop
        self.summary = Summary()
        self.analysed = store.analysed(analyse.encoder, quality)
        self.known: dict[bytes, KnownFile] = {}
        self.running: dict[Future[Any], _Step] = {}
        self.copies: dict[str, list[_Step]] = {}
        self.job = 0

    def run(self, paths: Iterable[Path]) -> Summary:
        began = time.monotonic()
        seen = scan(paths)
        for root in seen.roots:
            self.known |= self.store.known_files(root)
        self._check(seen)
        work = self._sort_out(seen)
        self._write_off(seen)
        if work:
            self._work_through(work)
        done = self.summary
        if done.failed and not done.added + done.updated + done.moved + done.unchanged + done.duplicates:
            raise InputError(f"None of {done.failed} files could be read; the reasons: musechat library errors")
        done.duplicates += fold_duplicates(self.store.database, progress=self.progress)
        done.missing = self.store.count_missing(seen.roots)
        done.seconds = time.monotonic() - began
        return done

    def _check(self, seen: Scan) -> None:
        """Refuses paths that mean nothing; notes roots that lost all their files."""
        vanished = []
        for root in seen.roots:
            if any(is_below(found.key, root) for found in seen.files):
                continue
            known = [key for key, file in self.known.items() if file.track and is_below(key, root)]
            if known and all(map(_is_gone, known)):
                vanished.append(str(root))
            elif root in seen.gone:
                raise InputError(f"There is no file or folder at {root}.")
        self.summary.vanished = tuple(vanished)
        if not seen.files and not vanished:
            hindrance = f" {seen.problems[0][0]}: {seen.problems[0][1]}" if seen.problems else ""
            kinds = ", ".join(sorted(suffix[1:] for suffix in AUDIO_SUFFIXES))
            where = ", ".join(map(str, seen.roots)) or "the empty list of paths"
            raise InputError(f"There are no music files ({kinds}) at {where}.{hindrance}")

    def _sort_out(self, seen: Scan) -> list[Found]:
        """The files that must be opened; the others are counted, and stems written down."""
        work: list[Found] = []
        returned: list[bytes] = []
        stems: list[Found] = []
        for found in seen.files:
            known = self.known.get(found.key)
            if found.is_stem:
                self.summary.skipped += 1
                if known is None or known.reason != STEM:
                    stems.append(found)
            elif known and known.track in self.analysed and _same(known, found.size, found.mtime_ns):
                self.summary.unchanged += 1
                if not known.present:
                    returned.append(found.key)
            elif known and known.reason not in (None, STEM) and _same(known, found.size, found.changed_ns):
                self.summary.failed += 1
            else:
                work.append(found)
        if stems or returned:
            with self.store.writing():
                for found in stems:
                    message = f"This is a stem of “{found.folder.title}”."
                    self.store.put_error(found.key, STEM, message, found.size, found.changed_ns)
                self.store.set_present(returned, True)
        return work

    def _write_off(self, seen: Scan) -> None:
        """Writes down what cannot be read and which known files are gone; forgets errors that are no more."""
        problems = {os.fsencode(path): message for path, message in seen.problems}
        self.summary.failed += len(problems)
        there = {found.key for found in seen.files} | problems.keys()
        away = {key: file for key, file in self.known.items() if key not in there}
        gone = [key for key, file in away.items() if file.present and _is_gone(key)]
        forgotten = [key for key, file in away.items() if file.reason]
        told = {os.fsencode(error.path): error.message for error in self.store.errors()} if problems else {}
        news = [key for key, message in problems.items() if told.get(key) != one_line(message, 500)]
        if gone or forgotten or news:
            with self.store.writing():
                self.store.set_present(gone, False)
                self.store.forget_errors(forgotten)
                for key in news:
                    self.store.put_error(key, "unreadable", problems[key])

    def _work_through(self, work: list[Found]) -> None:
        """Opens the files and writes down what they hold, under a job that others can watch."""
        self.job = start_job(self.store.database, KIND, len(work))
        self.progress.start("Importing", len(work))
        pool = ThreadPoolExecutor(self.threads, "import")
        try:
            self._feed(pool, work)
        except BaseException as error:
            # Tracks under way are not written; the next import does them again.
            try:
                self._halt(pool)
            finally:
                end_job(self.store.database, self.job, "failed" if isinstance(error, Exception) else "killed")
            raise
        pool.shutdown()
        end_job(self.store.database, self.job, "finished")

    def _halt(self, pool: ThreadPoolExecutor) -> None:
        """Ends what is under way. A call that only begins while others are stopped is stopped the next time round."""
        pool.shutdown(wait=False, cancel_futures=True)
        while busy := [future for future in self.running if not future.done()]:
            self.stop()
            wait(busy, timeout=STOP_SECONDS)
        pool.shutdown()

    def _feed(self, pool: ThreadPoolExecutor, work: list[Found]) -> None:
        """Keeps `threads` + 1 files under way until all are done."""
        left = iter(work)
        while True:
            while len(self.running) <= self.threads and (found := next(left, None)):
                self.running[pool.submit(self.identify, found.path)] = _Step(found)
            if not self.running:
                return
            for future in wait(self.running, return_when=FIRST_COMPLETED).done:
                step = self.running.pop(future)
                if step.info is None:
                    self._identified(pool, step, future)
                else:
                    self._heard(pool, step, future)

    def _identified(self, pool: ThreadPoolExecutor, step: _Step, future: Future[Any]) -> None:
        try:
            info: MediaInfo = future.result()
            if not info.audio_id:
                raise MediaError(f"{step.found.path.name} holds no sound.", "no_audio")
        except Exception as error:
            self._fail(step, error)
        else:
            self._advance(pool, replace(step, info=info, track=info.audio_id))

    def _advance(self, pool: ThreadPoolExecutor, step: _Step) -> None:
        """Files what is known, waits where the same sound is being analysed, else has it analysed."""
        if step.track in self.analysed:
            self._file(step, None)
        elif step.track in self.copies:
            self.copies[step.track].append(step)
        else:
            self.copies[step.track] = []
            self.running[pool.submit(self._hear, step.found.path)] = step

    def _hear(self, path: Path) -> TrackFeatures:
        from musechat.library.vectors import require_numbers

        features = self.analyse(path, self.quality)
        require_numbers(features)
        return features

    def _heard(self, pool: ThreadPoolExecutor, step: _Step, future: Future[Any]) -> None:
        copies = self.copies.pop(step.track)
        try:
            features: TrackFeatures = future.result()
        except Exception as error:
            self._fail(step, error)
        else:
            self._file(step, features)
        for copy in copies:
            self._advance(pool, copy)

    def _file(self, step: _Step, features: TrackFeatures | None) -> None:
        """Writes one track and counts what it was."""
        found, info, store = step.found, step.info, self.store
        assert info is not None
        if found.has_changed():
            self._fail(
                step,
                MediaError(f"{found.path.name} changed while it was read; the next import tries it again."),
                again=True,
            )
            return
        facts = name_track(found.path, info.tags, found.folder)
        known = self.known.get(found.key)
        others = store.other_files(step.track, found.key)
        gone = [key for key in others if _is_gone(key)]
        is_new = not store.has(step.track)
        with store.writing():
            judged = found.folder.judged(found.path.name)
            store.put_file(step.track, info.duration, found.key, found.size, found.mtime_ns, facts, judged)
            if features is not None:
                store.put_features(step.track, features, self.quality)
            store.set_present(gone, False)
            advance_job(store.database, self.job)
        self.analysed.add(step.track)
        if is_new:
            self.summary.added += 1
        elif known and (known.reason or known.track == step.track):
            self.summary.updated += 1
        elif len(gone) == len(others):
            self.summary.moved += 1
        else:
            self.summary.duplicates += 1
        self.progress.advance(1, found.path.name)

    def _fail(self, step: _Step, error: Exception, again: bool = False) -> None:
        """Writes down why a file is no track; errors that are no fault of the file stop the import.

        `again`: the next import tries it, changed or not.
        """
        if isinstance(error, MuseChatError) and not isinstance(error, MediaError):
            raise error
        reason = error.reason if isinstance(error, MediaError) else "crashed"
        message = str(error) if isinstance(error, MediaError) else f"{type(error).__name__}: {error}"
        found = step.found
        with self.store.writing():
            self.store.put_error(found.key, reason, message, found.size, 0 if again else found.changed_ns)
            advance_job(self.store.database, self.job)
        self.summary.failed += 1
        self.progress.advance(1, found.path.name)


def _wait_only() -> None:
    """The `stop` of an import that was given none."""


def _same(known: KnownFile, size: int, time_ns: int) -> bool:
    return (known.size, known.time_ns) == (size, time_ns)


def _is_gone(key: bytes) -> bool:
    """Whether there is surely no such file: a forbidden folder or a sleeping drive is no proof."""
    try:
        Path(os.fsdecode(key)).stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False
