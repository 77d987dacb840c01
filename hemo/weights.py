"""A trained model on disk: safetensors shards, and a card that says what they are.

    weights/card.json                        labels, preprocessing, operating point, checksums
    weights/model-00001-of-00002.safetensors float16 convolutions, float32 batch norm

The card names every shard with its SHA-256; nothing is loaded that does not match it.
"""

import hashlib
import json
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
SHARD_BYTES = 60_000_000  # an ordinary git host takes files up to 95 MB
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
            slices.
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
    """One safetensors file as float32 arrays.

    Raises:
        WeightsError: it cannot be read.
    """
    try:
        return {name: array.astype(np.float32) for name, array in load_file(path).items()}
    except (OSError, SafetensorError) as error:
        raise WeightsError(f"{path.name} is not a readable safetensors file.") from error


def save(folder: Path, tensors: Tensors, card: Card) -> Card:
    """Write shards and card; returns the card with the new checksums."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("model-*.safetensors"):
        old.unlink()
    shards = _shards({name: _stored(name, array) for name, array in tensors.items()})
    files = {}
    for number, shard in enumerate(shards, start=1):
        name = f"model-{number:05d}-of-{len(shards):05d}.safetensors"
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


def _stored(name: str, array: NDArray[np.float32]) -> NDArray[Any]:
    """Convolutions in float16; whatever is small or has a wide range stays float32."""
    return np.ascontiguousarray(array, np.float16 if array.ndim == 4 else np.float32)


def _shards(tensors: dict[str, NDArray[Any]]) -> list[dict[str, NDArray[Any]]]:
    shards: list[dict[str, NDArray[Any]]] = [{}]
    size = 0
    for name, array in tensors.items():
        if shards[-1] and size + array.nbytes > SHARD_BYTES:
            shards.append({})
            size = 0
        shards[-1][name] = array
        size += array.nbytes
    return shards
