"""The room of music that is known: one SQLite file a library, its import, its search cache.

In: files, and how to identify and analyse one. Out: `Track`s, `TrackFeatures`, and the `Matrix` for exact search.

- `Store.open` is the door; `import_music` fills it; `musechat.library.matrix.Matrix.load` is what a ranking reads.
- numpy is loaded by features and the matrix, not by this room's names.
"""

from musechat.library.importer import Summary, import_music
from musechat.library.jobs import jobs
from musechat.library.tracks import Store

__all__ = ["Store", "Summary", "import_music", "jobs"]
