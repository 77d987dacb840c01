"""What DICOM says about one frame: its place, its spacing, its modality.

A single-frame file says so at the top of its data set, an enhanced multi-frame file in functional
groups (PS3.3 C.7.6.16): once for all frames, or frame by frame.
"""

import math
from typing import Any

from pydicom import Dataset, uid

from hemo.errors import BrokenFileError
from hemo.reading.dataset import Attributes, integer, optional_numbers, sequence, text
from hemo.reading.found import Vector, plane
from hemo.reading.limits import Allowance
from hemo.slice import Plane

# PS3.3 C.7.6.16.2 and C.8.15.3: the macros that hold what is read of a frame
_MACROS = (
    "PixelMeasuresSequence",
    "PlanePositionSequence",
    "PlaneOrientationSequence",
    "PixelValueTransformationSequence",
    "FrameVOILUTSequence",
    "CTImageFrameTypeSequence",
    "MRImageFrameTypeSequence",
)
# PS3.3 C.7.3.1.1.1. A closed list: anything else might be a name.
_MODALITIES = set(
    """
    ANN AR ASMT AU BDUS BI BMD CFM CR CT CTPROTOCOL DG DMS DOC DX ECG EEG EMG EOG EPS ES FID GM HC
    HD IO IOL IVOCT IVUS KER KO LEN LS M3D MG MR NM OAM OCT OP OPM OPR OPT OPTBSV OPTENF OPV OSS OT
    PA PLAN PR PT PX REG RESP RF RG RTDOSE RTIMAGE RTINTENT RTPLAN RTRAD RTRECORD RTSEGANN RTSTRUCT
    RWV SEG SM SMR SR SRF STAIN TEXTUREMAP TG US VA XA XAPROTOCOL XC
    """.split()  # noqa: SIM905 – a list would be 90 lines
)
_CT = {uid.CTImageStorage, uid.EnhancedCTImageStorage, uid.LegacyConvertedEnhancedCTImageStorage}


class FrameAttributes:
    """The elements of one frame: its own functional groups, the shared ones, the data set."""

    def __init__(self, *levels: Attributes) -> None:
        self._levels = levels

    def get(self, key: str, /) -> Any:  # noqa: ANN401
        """The value nearest to the frame, None where it is absent."""
        values = (level.get(key) for level in self._levels)
        return next((value for value in values if value is not None), None)


def of_frames(dataset: Dataset, count: int, allowance: Allowance) -> list[Attributes]:
    """The attributes of every frame.

    Raises:
        BrokenFileError: there are not as many functional groups as frames.
        TooLargeError: the groups have more elements than hemo looks through.
    """
    shared = sequence(dataset, "SharedFunctionalGroupsSequence", allowance)[:1]
    common = [item for groups in shared for item in _items(groups, allowance)] + [dataset]
    own = sequence(dataset, "PerFrameFunctionalGroupsSequence", allowance)
    if own and len(own) != count:
        raise BrokenFileError("The DICOM file contradicts itself about the number of frames.")
    if count == 1 and not own:
        return [FrameAttributes(*common)]
    # The instance number and, without groups, the position are those of the file, not the frame.
    numbered = [{"InstanceNumber": place + 1} for place in range(count)]
    if not own:
        nowhere = {"ImagePositionPatient": ()}
        return [FrameAttributes(place, nowhere, *common) for place in numbered]
    pairs = zip(numbered, own, strict=True)
    return [FrameAttributes(place, *_items(group, allowance), *common) for place, group in pairs]


def modality(attributes: Attributes) -> str | None:
    """A code such as "CT"; None for anything that is not a code of the standard."""
    code = text(attributes, "Modality").upper()
    if not code and text(attributes, "SOPClassUID") in _CT:
        return "CT"
    return code if code in _MODALITIES else None


def spacing(attributes: Attributes) -> tuple[float, float] | None:
    """(row, column) spacing in mm, None where it is absent or makes no sense."""
    found = optional_numbers(attributes, "PixelSpacing")
    return (found[0], found[1]) if len(found) == 2 and min(found) > 0 else None


def position(attributes: Attributes) -> Vector | None:
    """(x, y, z) of the first pixel in mm, None where it is absent or makes no sense."""
    found = optional_numbers(attributes, "ImagePositionPatient")
    return (found[0], found[1], found[2]) if len(found) == 3 else None


def directions(attributes: Attributes) -> tuple[Vector | None, Vector | None]:
    """Unit vectors along a row and down a column; None for both where they are not that."""
    found = optional_numbers(attributes, "ImageOrientationPatient")
    if len(found) != 6:
        return None, None
    row, column = (found[0], found[1], found[2]), (found[3], found[4], found[5])
    straight = abs(sum(a * b for a, b in zip(row, column, strict=True))) < 0.01
    unit = all(abs(math.hypot(*vector) - 1) < 0.01 for vector in (row, column))
    return (row, column) if straight and unit else (None, None)


def kind(attributes: Attributes) -> str:
    """Frame Type and Image Type, to look a defined term up in (PS3.3 C.8.15.3.1, C.8.2.1.1.1)."""
    return f"{text(attributes, 'FrameType')} {text(attributes, 'ImageType')}".upper()


def view(attributes: Attributes) -> Plane | None:
    """The plane of a frame; a localizer says so in its type."""
    return "localizer" if "LOCALIZER" in kind(attributes) else plane(*directions(attributes))


def number(attributes: Attributes) -> int | None:
    """The Instance Number, None where it is absent or damaged."""
    try:
        return integer(attributes, "InstanceNumber")
    except BrokenFileError:
        return None


def _items(groups: Dataset, allowance: Allowance) -> list[Dataset]:
    """The first items of the macros among the functional groups of a frame."""
    found = [sequence(groups, macro, allowance)[:1] for macro in _MACROS]
    return [item for items in found for item in items]
