"""A trained model on disk: safetensors, and a card that says what it is.

    weights/card.json          labels, preprocessing, operating point, checksums
    weights/model*.safetensors int8 kernels, each output channel with its scale; the rest float32

A kernel is stored as int8 `layer1.0.conv1.weight` [out, in, h, w] and float32
`layer1.0.conv1.weight.scale` [out]; the kernel is their product. The grid is symmetric, its last
step the channel's largest weight, so that it stays the same grid when a batch norm is folded in,
and the one that int8 inference rounds to. What is loaded, measured and shipped are the rounded
kernels. Kernels of other dtypes (hemo 0.1 stored float16) are loaded as they are.

The card names every file with its SHA-256; nothing is loaded that does not match it.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from hemo.errors import WeightsError
from hemo.preprocessing import Preprocessing

DEFAULT = Path(__file__).resolve().parents[1] / "weights"
LABELS = ("no hemorrhage", "hemorrhage")
SHARD_BYTES = 90_000_000  # an ordinary git host takes files up to 95 MB
LEVELS = 127  # int8 on either side of 0; -128 stays unused, so that the grid is symmetric
SCALE = ".scale"  # follows the kernel's name
Tensors = dict[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Card:
    """What a set of weights is, and how its logits are to be read.

    Attributes:
        version: of the model.
        head: "linear" or "notebook"; see ``hemo.network.build``.
        dilated: whether layer4 keeps layer3's resolution.
        labels: what the head tells apart; the second is the one that the logit speaks for.
        preprocessing: what the network's input looked like in training.
        temperature: probability = sigmoid(logit / temperature); 1 where the calibration, fitted
            on validation groups, is folded into the head.
        threshold: operating point, a calibrated probability.
        low, high: band limits, probabilities: below ``low`` "no hemorrhage seen", from ``high``
            "hemorrhage", between them "indeterminate".
        evidence_scale: logits per map cell at which the overlay's colour is full; one for all
            slices. ``hemo evaluate --trust`` measures it for the method that it chose.
        evidence_focal: logits per map cell that a region of focal evidence reaches somewhere.
        evidence_method: of the map of a reading: "grad_cam" or "guided" (``hemo.guided``); the
            one that ``hemo evaluate --trust`` chose.
        files: name of each shard and its SHA-256.
        training: how the weights came to be, as the training run wrote it.
        evaluation: what ``hemo evaluate`` measured.
        openvino: the int8 model: its ``files`` with their SHA-256, the ``check`` that an engine
            has to pass, and the ``parity`` with float32 that ``hemo export`` measured; empty
            where there is none.
        familiarity: name and SHA-256 of the file that tells how usual a slice's features are;
            empty where there is none.
    """

    version: str
    head: Literal["linear", "notebook"] = "linear"
    dilated: bool = True
    labels: tuple[str, str] = LABELS
    preprocessing: Preprocessing = field(default_factory=Preprocessing)
    temperature: float = 1.0
    threshold: float = 0.5
    low: float = 0.5
    high: float = 0.5
    evidence_scale: float = 0.1
    evidence_focal: float = 0.05
    evidence_method: str = "grad_cam"
    files: dict[str, str] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)
    evaluation: dict[str, Any] = field(default_factory=dict)
    openvino: dict[str, Any] = field(default_factory=dict)
    familiarity: dict[str, str] = field(default_factory=dict)


def read_card(folder: Path) -> Card:
    """The card of a weights folder.

    Raises:
        WeightsError: there is none, or it is not one of hemo's.
    """
    try:
        plain = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        return Card(
            **{
                "evidence_focal": plain["evidence_scale"] / 2,  # of cards of before it had a name
                **plain,
                "labels": tuple(plain["labels"]),
                "preprocessing": Preprocessing.from_json(plain["preprocessing"]),
            }
        )
    except OSError:
        raise WeightsError(f"There is no model in {folder}: card.json is missing.") from None
    except (ValueError, TypeError, KeyError) as error:
        raise WeightsError(f"card.json in {folder} is not a card of hemo's: {error}.") from error


def write_card(folder: Path, card: Card) -> None:
    """Write card.json whole or not at all: a kill in between leaves the old one."""
    partial = folder / "card.json.part"
    partial.write_text(json.dumps(asdict(card), indent=1) + "\n", encoding="utf-8")
    partial.replace(folder / "card.json")


def load(folder: Path) -> tuple[Tensors, Card]:
    """The tensors of a weights folder as float32, every shard checked against the card.

    Raises:
        WeightsError: the card or a shard is missing, or a shard is not the one that the card names.
    """
    card = read_card(folder)
    verify(folder, card.files)
    tensors: Tensors = {}
    for name in card.files:
        tensors.update(read_shard(folder / name))
    return tensors, card


def verify(folder: Path, files: dict[str, str]) -> None:
    """Check files against their SHA-256.

    Raises:
        WeightsError: one is missing or is another.
    """
    for name, checksum in files.items():
        if not (folder / name).is_file():
            raise WeightsError(f"{name} is missing from {folder}.")
        if sha256(folder / name) != checksum:
            raise WeightsError(
                f"{name} is not the file that card.json describes: its checksum differs. "
                "Fetch it again (a Git LFS pointer in its place looks like this too)."
            )


def read_shard(path: Path) -> Tensors:
    """One safetensors file as float32 arrays, int8 kernels times their scales.

    Raises:
        WeightsError: it cannot be read, or a kernel is without its scale.
    """
    try:
        stored = load_file(path)
    except (OSError, SafetensorError) as error:
        raise WeightsError(f"{path.name} is not a readable safetensors file.") from error
    scales = {name + SCALE for name, array in stored.items() if array.dtype == np.int8}
    if not scales <= stored.keys():
        raise WeightsError(f"{path.name} holds int8 kernels without their scales.")
    return {
        name: _from_grid(array, stored[name + SCALE])
        if array.dtype == np.int8
        else array.astype(np.float32)
        for name, array in stored.items()
        if name not in scales
    }


def rounded(tensors: Tensors) -> Tensors:
    """Tensors as they come back from disk: what is to be calibrated and measured."""
    return {
        name: _from_grid(*to_grid(array)) if array.ndim == 4 else array.astype(np.float32)
        for name, array in tensors.items()
    }


def save(folder: Path, tensors: Tensors, card: Card) -> Card:
    """Write tensors and card, kernels rounded to int8; returns the card with the new checksums."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in (*folder.glob("model.safetensors"), *folder.glob("model-*.safetensors")):
        old.unlink()
    shards = _shards([_stored(name, array) for name, array in tensors.items()])
    files = {}
    for number, shard in enumerate(shards, start=1):
        part = f"-{number:05d}-of-{len(shards):05d}" if len(shards) > 1 else ""
        name = f"model{part}.safetensors"
        save_file(shard, folder / name)
        (folder / name).chmod(0o644)  # safetensors makes files that only their owner can read
        files[name] = sha256(folder / name)
    card = replace(card, files=files)
    write_card(folder, card)
    return card


def sha256(path: Path) -> str:
    """The file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _stored(name: str, array: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
    """A kernel as int8 and its scales; whatever is small or has a wide range as float32."""
    if array.ndim != 4:
        return {name: np.ascontiguousarray(array, np.float32)}
    steps, scale = to_grid(array)
    # safetensors writes the memory as it lies: channels-last kernels would come back scrambled.
    return {name: np.ascontiguousarray(steps), name + SCALE: scale}


def to_grid(kernel: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """A kernel [out, in, h, w] to int8 steps and the size of a step, float32 [out]."""
    largest = np.abs(kernel).max((1, 2, 3)).astype(np.float32)
    scale = np.where(largest > 0, largest / np.float32(LEVELS), np.float32(1))
    steps = np.rint(kernel / scale[:, None, None, None])
    return np.clip(steps, -LEVELS, LEVELS).astype(np.int8), scale


def _from_grid(steps: NDArray[np.int8], scale: NDArray[np.float32]) -> NDArray[np.float32]:
    return steps.astype(np.float32) * scale[:, None, None, None]


def _shards(tensors: Sequence[dict[str, NDArray[Any]]]) -> list[dict[str, NDArray[Any]]]:
    """Tensors gathered into files; a kernel and its scales stay together."""
    shards: list[dict[str, NDArray[Any]]] = [{}]
    size = 0
    for parts in tensors:
        more = sum(array.nbytes for array in parts.values())
        if shards[-1] and size + more > SHARD_BYTES:
            shards.append({})
            size = 0
        shards[-1].update(parts)
        size += more
    return shards
