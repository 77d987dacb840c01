"""Which case comes next, and what it holds: worked out anew each time, kept nowhere.

A round is named by the learner's browser. What its cases hold follows from that name, the number
of the case and a secret that this process drew when it started. So the same question always has
the same answer, nobody can tell the answer from what the page knows, and the server remembers
nothing of anybody. A server that was started anew has another secret: it says so rather than show
another case than the one that was asked.
"""

import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args

import numpy as np

from hemo.errors import DataError
from hemo.teaching.answers import MOST_CASES, NONSENSE
from hemo.teaching.cases import Case, Source, phantom_case
from hemo.teaching.folder import Folder
from hemo.teaching.misses import Miss, miss_case
from hemo.teaching.staircase import EASIEST, HARDEST

RESTARTED = "The server was started anew and no longer knows this round. Begin a new one."
SOURCES: tuple[Source, ...] = get_args(Source)
_NAME = re.compile(r"[0-9a-f]{16,64}")


@dataclass(frozen=True)
class Place:
    """A case of a round, as the browser names it.

    Attributes:
        source: of the cases.
        round: a random name that the browser made.
        number: of the case in its round, from 0.
        level: how hard it shall be; only synthetic cases heed it.
        deck: which deck was shown; see ``Deck.name``.
    """

    source: Source
    round: str
    number: int
    level: int
    deck: str


@dataclass(frozen=True)
class Deck:
    """The cases of a server.

    Attributes:
        folder: of the teacher's cases, None where none was named.
        misses: curated cases that a model gets wrong.
        model: the version of that model.
        secret: that nobody outside this process knows.
    """

    folder: Folder | None = None
    misses: tuple[Miss, ...] = ()
    model: str = ""
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    @property
    def name(self) -> str:
        """Tells this deck from that of another process; says nothing of the secret."""
        return self._digest("name").hex()[:16]

    def sizes(self) -> dict[Source, int]:
        """How many cases each source can give; a source that has none is left out."""
        sizes: dict[Source, int] = {"phantom": MOST_CASES}
        if self.folder:
            sizes["folder"] = len(self.folder.entries)
        if self.misses:
            sizes["misses"] = len(self.misses)
        return sizes

    def case(self, place: Place) -> Case:
        """The case at a place; the same for the same place.

        Raises:
            DataError: the place is of another deck, or beyond the end.
            ReadError: a file of the teacher's folder can no longer be read.
        """
        if place.deck != self.name:
            raise DataError(RESTARTED)
        if place.number >= self.sizes().get(place.source, 0):
            raise DataError(NONSENSE)
        if place.source == "phantom":
            rng = self._rng(place.round, str(place.number), str(place.level))
            return phantom_case(place.level, rng)
        if place.source == "folder" and self.folder:
            return self.folder.case(self._shuffled(place, len(self.folder.entries)))
        return miss_case(self.misses[self._shuffled(place, len(self.misses))])

    def _shuffled(self, place: Place, count: int) -> int:
        """Every case of a source once in a round, in an order of the round's own."""
        return int(self._rng(place.source, place.round).permutation(count)[place.number])

    def _rng(self, *what: str) -> np.random.Generator:
        return np.random.default_rng(int.from_bytes(self._digest(*what), "big"))

    def _digest(self, *what: str) -> bytes:
        return hmac.digest(self.secret, "\n".join(what).encode(), "sha256")


def place_from(plain: object) -> Place:
    """A place as the browser names it: {source, round, number, level, deck}.

    Raises:
        DataError: it is not one.
    """
    if not isinstance(plain, Mapping):
        raise DataError(NONSENSE)
    name, deck = plain.get("round"), plain.get("deck")
    source = next((one for one in SOURCES if one == plain.get("source")), None)
    if source is None or not isinstance(name, str) or not _NAME.fullmatch(name):
        raise DataError(NONSENSE)
    number, level = _count(plain.get("number")), _count(plain.get("level"))
    if not (0 <= number < MOST_CASES and EASIEST <= level <= HARDEST):
        raise DataError(NONSENSE)
    return Place(source, name, number, level, str(deck))


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise DataError(NONSENSE)
    return value
