"""A slice together with what puts it in its place. Nothing of this leaves the room."""

from dataclasses import dataclass

from hemo.slice import Plane, Slice

Vector = tuple[float, float, float]

_AXIAL = 0.7  # cosine of about 45°: a gantry is tilted by 30° at most


@dataclass(frozen=True, eq=False)
class Found:
    """A slice on its way into a series.

    Attributes:
        slice: the slice, still number 1.
        series: what tells its series from others, such as the Series Instance UID; "" if unknown.
        row: unit vector along a row, in DICOM's patient coordinates (PS3.3 C.7.6.2.1.1).
        column: unit vector down a column.
        number: its Instance Number, None if unknown.
    """

    slice: Slice
    series: str = ""
    row: Vector | None = None
    column: Vector | None = None
    number: int | None = None

    @property
    def normal(self) -> Vector:
        """Unit vector from the feet to the head; straight up where the file does not say."""
        return normal(self.row, self.column) or (0.0, 0.0, 1.0)

    @property
    def height(self) -> float | None:
        """Position along the normal in mm, None if unknown."""
        position = self.slice.position
        return None if position is None else dot(self.normal, position)


def normal(row: Vector | None, column: Vector | None) -> Vector | None:
    """The normal of a plane, pointing to the patient's head, left or back; None if unknown."""
    if row is None or column is None:
        return None
    cross = (
        row[1] * column[2] - row[2] * column[1],
        row[2] * column[0] - row[0] * column[2],
        row[0] * column[1] - row[1] * column[0],
    )
    sign = 1.0 if max(cross, key=abs) >= 0 else -1.0
    return cross[0] * sign, cross[1] * sign, cross[2] * sign


def plane(row: Vector | None, column: Vector | None) -> Plane | None:
    """Whether a plane is axial; None where its vectors are unknown."""
    upwards = normal(row, column)
    if upwards is None:
        return None
    return "axial" if upwards[2] >= _AXIAL else "other"


def dot(a: Vector, b: Vector) -> float:
    """Scalar product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
