"""The demo's music: invented works of invented artists, from calm to aggressive.

In: nothing. Out: `CATALOGUE`, what to compose and under which name and licence it is kept.

- Licences are as varied as a real library's, and some works name none, so that limits on them can be tried.
"""

from __future__ import annotations

from dataclasses import dataclass

from musechat.studio.composer import Brief

CC0, BY, BY_NC = "CC0 1.0", "CC BY 4.0", "CC BY-NC 4.0"


@dataclass(frozen=True, slots=True)
class Work:
    """A piece and its names. `licence` is None where the file is to name none."""

    brief: Brief
    seed: int
    artist: str
    album: str
    licence: str | None


_OSTRAVA = ("Ostrava Lights", "Rooms at Dusk")
_FERN = ("Fern & Fathom", "The Long Shore")
_KILN = ("Kilnfire", "Ashes of the Crown")
_NEON = ("Neon Ferry", "Last Boat to Luma")
_MIRA = ("The Mira Voss Quartet", "After the Rain Stopped")
_PINE = ("Pinewater", "Gravel Roads")
_ALDER = ("Alder Symphonia", "Summits")
_TAPE = ("Tape Gardener", "Slow Sundays")
_COPPER = ("Copper Avenue", "Bright Side Up")

CATALOGUE = (
    Work(Brief("classical", 66, "Snow on the Sill", 72, 3, "major", 0.1, ("calm", "peaceful")), 11, *_OSTRAVA, CC0),
    Work(Brief("classical", 62, "A Letter Not Sent", 76, 9, "minor", 0.2, ("sad", "melancholic")), 2, *_OSTRAVA, BY),
    Work(Brief("classical", 58, "Paper Boats", 118, 7, "major", 0.45, ("playful", "beautiful")), 5, *_OSTRAVA, CC0),
    Work(Brief("ambient", 75, "Tidal Sleep", 64, 2, "major", 0.1, ("meditative", "peaceful")), 3, *_FERN, CC0),
    Work(Brief("ambient", 68, "First Light", 80, 5, "major", 0.3, ("dreamy", "hopeful")), 12, *_FERN, BY),
    Work(Brief("orchestral", 64, "Over the Ridge", 104, 2, "major", 0.8, ("triumphant", "inspiring")), 4, *_ALDER, BY),
    Work(Brief("orchestral", 66, "The Gates Give Way", 132, 0, "minor", 0.9, ("epic", "dramatic")), 7, *_ALDER, BY_NC),
    Work(Brief("jazz", 60, "Blue Umbrella", 112, 5, "major", 0.35, ("relaxed", "romantic")), 1, *_MIRA, BY),
    Work(Brief("jazz", 56, "Taxi to the Opera", 168, 10, "major", 0.6, ("playful", "upbeat")), 6, *_MIRA, BY_NC),
    Work(
        Brief("bossa nova", 62, "Shade of the Almond Tree", 124, 2, "major", 0.3, ("warm", "carefree")), 3, *_MIRA, None
    ),
    Work(Brief("folk", 60, "Where the Gravel Ends", 96, 7, "major", 0.35, ("warm", "nostalgic")), 2, *_PINE, CC0),
    Work(Brief("folk", 58, "Empty Chair", 88, 4, "minor", 0.25, ("melancholic", "lonely")), 5, *_PINE, BY),
    Work(Brief("celtic", 54, "The Ferryman's Daughter", 126, 2, "major", 0.6, ("happy", "playful")), 9, *_PINE, BY),
    Work(Brief("country", 58, "Dust on the Dashboard", 116, 9, "major", 0.55, ("carefree", "happy")), 4, *_PINE, None),
    Work(Brief("rock", 62, "Hold the Bridge", 132, 4, "minor", 0.75, ("driving", "powerful")), 3, *_KILN, BY),
    Work(Brief("punk", 46, "No Refunds", 176, 2, "major", 0.85, ("energetic", "confident")), 1, *_KILN, None),
    Work(Brief("metal", 60, "Crownbreaker", 152, 4, "minor", 0.95, ("aggressive", "intense")), 2, *_KILN, BY_NC),
    Work(Brief("pop", 60, "Lemonade Summer", 120, 0, "major", 0.75, ("happy", "upbeat")), 5, *_COPPER, BY),
    Work(Brief("pop", 62, "Half of Everything", 94, 8, "major", 0.45, ("romantic", "emotional")), 7, *_COPPER, None),
    Work(Brief("funk", 56, "Elbow Room", 108, 4, "minor", 0.7, ("groovy", "confident")), 3, *_COPPER, BY),
    Work(Brief("reggae", 60, "Porch Time", 78, 7, "major", 0.4, ("relaxed", "warm")), 4, *_COPPER, CC0),
    Work(Brief("hip hop", 58, "Corner of Ninth", 90, 6, "minor", 0.6, ("confident", "dark")), 2, *_TAPE, BY_NC),
    Work(Brief("lo-fi", 64, "Rain on the Tram", 78, 10, "major", 0.25, ("chill", "nostalgic")), 5, *_TAPE, CC0),
    Work(Brief("house", 62, "Rooftop Arithmetic", 122, 9, "minor", 0.75, ("groovy", "energetic")), 4, *_NEON, BY),
    Work(Brief("techno", 60, "Turbine Hall", 134, 0, "minor", 0.85, ("driving", "dark")), 1, *_NEON, BY_NC),
    Work(Brief("trance", 64, "Above the Cloud Line", 138, 6, "minor", 0.9, ("euphoric", "uplifting")), 3, *_NEON, None),
    Work(Brief("drum and bass", 56, "Night Bus Sprint", 174, 5, "minor", 0.9, ("energetic", "intense")), 2, *_NEON, BY),
    Work(Brief("synthwave", 64, "Chrome Coastline", 100, 11, "minor", 0.6, ("nostalgic", "driving")), 6, *_NEON, CC0),
)
"""Every work of the demo."""
