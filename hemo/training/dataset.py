"""Folders of labelled slices, and who of them is in training, validation and test.

Three layouts are read:

    Kaggle      labels.csv (id, hemorrhage) + head_ct/000.png …; groups.csv and masks/ where there
    PHE         slices.csv (file, patient, hemorrhage, slices_to_nearest_positive, boxes) + slices/
    ImageFolder train/<class>/… and valid/<class>/…; a class named like "hemorrhage" is the positive

Splits are by group (patient, near-duplicates), never by slice.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from hemo.errors import DataError
from hemo.preprocessing import Preprocessing, crop, cut
from hemo.reading import read
from hemo.slice import Slice

Split = Literal["train", "val", "test"]
Box = tuple[int, int, int, int]  # x0, y0, x1, y1 in pixels, the last row and column outside

# Share of the groups in (train, val); the rest is test. The 200 are few: a test set that an
# interval can be put on takes a large share of them.
SHARES = {"kaggle200": (0.40, 0.15), "phe": (0.70, 0.10), "folder": (0.85, 0.15)}


@dataclass(frozen=True)
class Sample:
    """One labelled slice on disk.

    Attributes:
        path: the picture.
        source: "kaggle200", "phe" or "folder".
        label: 1 hemorrhage, 0 none.
        group: patient or group of near-duplicates; never shared between splits.
        split: "train", "val" or "test".
        mask: a picture that outlines the bleed, where there is one.
        boxes: around the bleed and its edema, where there are some.
        clean: False for a negative so near to a positive that faint blood cannot be ruled out;
            such slices are not trained on.
    """

    path: Path
    source: str
    label: int
    group: str
    split: Split = "train"
    mask: Path | None = None
    boxes: tuple[Box, ...] = ()
    clean: bool = True

    def slice(self) -> Slice:
        """The picture, read as any user's file is."""
        return read(self.path)[0]


def find_samples(folders: Iterable[Path], *, seed: int = 0) -> list[Sample]:
    """All samples of some folders, each with its split.

    Raises:
        DataError: a folder has none of the three layouts.
    """
    return [sample for folder in folders for sample in _read_folder(Path(folder), seed)]


def _read_folder(folder: Path, seed: int) -> list[Sample]:
    if (folder / "labels.csv").is_file():
        return split_groups(_kaggle(folder), seed)
    if (folder / "slices.csv").is_file():
        return split_groups(_phe(folder), seed)
    if (folder / "train").is_dir() and (folder / "valid").is_dir():
        trained = split_groups(_tree(folder / "train"), seed)
        return trained + [replace(s, split="test") for s in _tree(folder / "valid")]
    raise DataError(
        f"{folder} holds no data that hemo knows: it needs labels.csv and head_ct/, or slices.csv "
        "and slices/, or train/ and valid/."
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file, skipinitialspace=True)
        return [{key.strip(): value.strip() for key, value in row.items() if key} for row in rows]


def _kaggle(folder: Path) -> list[Sample]:
    groups: dict[str, str] = {}
    if (folder / "groups.csv").is_file():
        groups = {row["id"]: row["group"] for row in _rows(folder / "groups.csv")}
    samples = []
    try:
        for row in _rows(folder / "labels.csv"):
            name = f"{int(row['id']):03d}.png"
            mask = folder / "masks" / name
            samples.append(
                Sample(
                    path=folder / "head_ct" / name,
                    source="kaggle200",
                    label=int(row["hemorrhage"]),
                    group=groups.get(row["id"], name),
                    mask=mask if mask.is_file() else None,
                )
            )
    except (KeyError, ValueError) as error:
        raise DataError(
            f"labels.csv in {folder} needs columns id and hemorrhage: {error}"
        ) from error
    return samples


def _phe(folder: Path) -> list[Sample]:
    try:
        return [
            Sample(
                path=folder / "slices" / row["file"],
                source="phe",
                label=int(row["hemorrhage"]),
                group=row["patient"],
                boxes=_boxes(row["boxes_xmin_ymin_xmax_ymax"]),
                clean=int(row["slices_to_nearest_positive"] or 99) != 1,
            )
            for row in _rows(folder / "slices.csv")
        ]
    except (KeyError, ValueError) as error:
        raise DataError(f"slices.csv in {folder} lacks a column or a number: {error}") from error


def _boxes(text: str) -> tuple[Box, ...]:
    boxes = [tuple(map(int, part.split())) for part in text.split(";") if part.strip()]
    return tuple((x0, y0, x1, y1) for x0, y0, x1, y1 in boxes)


def _tree(folder: Path) -> list[Sample]:
    classes = sorted(path for path in folder.iterdir() if path.is_dir())
    positive = [path for path in classes if _is_hemorrhage(path.name)]
    if len(classes) != 2 or len(positive) != 1:
        raise DataError(
            f"{folder} needs two folders of pictures, one of them named like hemorrhage."
        )
    return [
        Sample(file, "folder", int(path == positive[0]), group=f"{path.name}/{file.name}")
        for path in classes
        for file in sorted(path.iterdir())
        if file.is_file()
    ]


def _is_hemorrhage(name: str) -> bool:
    plain = name.lower()
    return not plain.startswith(("no", "without")) and (
        "hemorrhage" in plain or "haemorrhage" in plain or plain in ("ich", "bleed", "positive")
    )


def split_groups(samples: list[Sample], seed: int) -> list[Sample]:
    """Give every group one split, drawn for positive and negative groups apart.

    A group with both labels counts as positive. The draw depends on the group names and the seed
    alone, so that training and evaluation agree without a file between them.
    """
    positive = {s.group for s in samples if s.label}
    groups = sorted({s.group for s in samples})
    splits: dict[str, Split] = {}
    for kind in (True, False):
        names = [g for g in groups if (g in positive) == kind]
        order = np.random.default_rng([seed, kind]).permutation(len(names))
        train, val = SHARES[samples[0].source]
        for rank, index in enumerate(order):
            share = (rank + 0.5) / len(names)
            splits[names[index]] = (
                "train" if share < train else "val" if share < train + val else "test"
            )
    return [replace(s, split=splits[s.group]) for s in samples]


@dataclass(frozen=True, eq=False)
class Square:
    """A sample as the network's preprocessing crops it, before resizing.

    Attributes:
        grey: float32 [n, n] in [0, 1].
        blood: bool [n, n], where the bleed is.
        known: bool [n, n], where ``blood`` can be believed, either way.
    """

    grey: NDArray[np.float32]
    blood: NDArray[np.bool_]
    known: NDArray[np.bool_]


def load_square(sample: Sample, spec: Preprocessing) -> Square:
    """Read and crop a sample by the one preprocessing path, its mask along with it."""
    slice_ = sample.slice()
    grey, view = crop(slice_, spec)
    blood, known = _truth(sample, slice_)
    return Square(grey, cut(blood, view), cut(known, view) | ~cut(np.ones_like(known), view))


def _truth(sample: Sample, slice_: Slice) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Blood and certainty [H, W] on the slice's grid."""
    nowhere = np.zeros(slice_.shape, np.bool_)
    if not sample.label:
        return nowhere, ~nowhere
    if sample.mask:
        mask = sample_mask(sample.mask, slice_.shape)
        # Outlines drawn by hand: their edge is good to a few pixels of 227.
        ring = cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
        return mask, mask | ~ring
    if sample.boxes:
        return _blood_in_boxes(slice_.pixels, sample.boxes)
    return nowhere, nowhere


def sample_mask(path: Path, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """A mask picture as bool [H, W]; it was squashed to a square, which nearest-resize undoes."""
    mask = read(path)[0].pixels
    resized = cv2.resize(mask, (shape[1], shape[0]), interpolation=cv2.INTER_NEAREST)
    blood: NDArray[np.bool_] = resized > 0.5
    return blood


def _blood_in_boxes(
    grey: NDArray[np.float32], boxes: tuple[Box, ...]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """The brighter class inside each box (Otsu, bone left out) is blood, the rest of it unknown.

    The boxes hold the hematoma and the edema around it.
    """
    blood, known = np.zeros(grey.shape, np.bool_), np.ones(grey.shape, np.bool_)
    smooth = cv2.GaussianBlur(grey, (0, 0), 2)
    for x0, y0, x1, y1 in boxes:
        inside = np.s_[y0:y1, x0:x1]
        tissue = np.clip(smooth[inside], 0, 1)
        if tissue.size == 0:
            continue
        levels = (np.minimum(tissue, 0.95) * 255).astype(np.uint8)
        threshold, _ = cv2.threshold(levels, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
        bright = (levels > threshold) & (tissue < 0.95)
        blood[inside] |= bright
        known[inside] = bright
    return blood, known
