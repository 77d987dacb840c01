"""Take over a checkpoint of the notebook that hemo grew from.

Its file is ``torch.save`` of a dict with ``state_dict`` (ResNet-152 with the head fc1 2048 → 512,
ReLU, fc2 512 → 2, log-softmax), ``class_to_idx`` and, in some versions, transforms and optimizer
state. It is a pickle: it is read with ``weights_only=True``, so that nothing in it can run.
"""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torchvision
from torch import nn

from hemo import weights
from hemo.errors import WeightsError
from hemo.network import build, load_tensors

HEMORRHAGE, NORMAL = "Hemorrhage Head", "Balanced Normal"

# What else such a file may name: plain containers for settings, which do nothing when made.
_TRANSFORMS = (
    "Compose",
    "Resize",
    "CenterCrop",
    "RandomRotation",
    "RandomResizedCrop",
    "RandomHorizontalFlip",
    "ColorJitter",
    "ToTensor",
    "Normalize",
)
HARMLESS: list[Any] = [
    *(getattr(torchvision.transforms.transforms, name) for name in _TRANSFORMS),
    torchvision.transforms.InterpolationMode,
    nn.Sequential, nn.Linear, nn.ReLU, nn.LogSoftmax, nn.Dropout,
    set,
]  # fmt: skip


def import_checkpoint(file: Path, out: Path) -> weights.Card:
    """Write a weights folder from a notebook's checkpoint.

    Raises:
        WeightsError: it cannot be read without running code, or is not such a checkpoint.
    """
    checkpoint = _read(file)
    tensors = _tensors(checkpoint)
    load_tensors(build("notebook", dilated=False), tensors)  # does it fit?
    card = weights.Card(
        version="notebook",
        head="notebook",
        dilated=False,
        training={"recipe": "notebook (imported checkpoint)"},
    )
    return weights.save(out, tensors, card)


def _read(file: Path) -> dict[str, Any]:
    try:
        with torch.serialization.safe_globals(HARMLESS):
            checkpoint = torch.load(file, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise WeightsError("There is no such checkpoint file.") from None
    except pickle.UnpicklingError as error:
        raise WeightsError(
            "The checkpoint holds more than weights and settings; hemo does not run what is in it."
        ) from error
    except (RuntimeError, EOFError, OSError, KeyError, ValueError, AttributeError) as error:
        raise WeightsError("The file is not a checkpoint that PyTorch can read.") from error
    if not isinstance(checkpoint, dict) or "state_dict" not in checkpoint:
        raise WeightsError("The checkpoint has no state_dict: it is not one of the notebook's.")
    return checkpoint


def _tensors(checkpoint: dict[str, Any]) -> weights.Tensors:
    """The state as arrays, the second output being hemorrhage whatever the file's order."""
    state = checkpoint["state_dict"]
    if not isinstance(state, dict) or not all(isinstance(t, torch.Tensor) for t in state.values()):
        raise WeightsError("The checkpoint's state_dict holds something else than tensors.")
    tensors = {
        name.removeprefix("module."): tensor.float().numpy()
        for name, tensor in state.items()
        if not name.endswith("num_batches_tracked")
    }
    if _hemorrhage_index(checkpoint) == 0:
        for name in ("fc.fc2.weight", "fc.fc2.bias"):
            if name in tensors:
                tensors[name] = np.ascontiguousarray(tensors[name][::-1])
    return tensors


def _hemorrhage_index(checkpoint: dict[str, Any]) -> int:
    classes = checkpoint.get("class_to_idx", {NORMAL: 0, HEMORRHAGE: 1})
    positive = [index for name, index in classes.items() if "hemorrhage" in str(name).lower()]
    if sorted(classes.values()) != [0, 1] or len(positive) != 1:
        raise WeightsError(f"The checkpoint's classes are not normal and hemorrhage: {classes}.")
    return int(positive[0])
