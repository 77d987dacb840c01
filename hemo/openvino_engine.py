"""The int8 network in OpenVINO: layer4's features several times faster than PyTorch on a CPU.

Files in the weights folder, named with their checksums in the card under "openvino":

    model-int8.xml, model-int8.bin   the network up to layer4, quantised by ``hemo export``
    model-head.safetensors           the head in float32, so that torch's shards stay unread
"""

from importlib.util import find_spec
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from hemo import weights
from hemo.errors import MissingExtraError, WeightsError
from hemo.weights import Card, Tensors

MODEL, HEAD = "model-int8.xml", "model-head.safetensors"
NETWORK = (MODEL, MODEL.replace(".xml", ".bin"))
PRECISION = "f32"  # of what is not int8; the same numbers on every processor


def available(card: Card) -> bool:
    """Whether the weights hold an int8 model and this machine can run it."""
    return bool(card.openvino) and find_spec("openvino") is not None


def load_head(folder: Path, card: Card) -> Tensors:
    """The head's tensors, float32.

    Raises:
        WeightsError: a file of the int8 model is missing or changed, or there is none.
    """
    if not card.openvino:
        raise WeightsError("These weights hold no int8 model: python -m hemo export writes one.")
    weights.verify(folder, card.openvino["files"])
    return weights.read_shard(folder / HEAD)


class OpenVinoEngine:
    """int8 on the CPU. One inference at a time, on all cores; any number of threads may call.

    Args:
        folder: with the files that ``load_head`` verified.
        precision: of what is not int8: "f32", or "bf16" on processors that have it.

    Raises:
        MissingExtraError: openvino is not installed.
        WeightsError: OpenVINO cannot read the model.
    """

    name = "openvino"

    def __init__(self, folder: Path, precision: str = PRECISION) -> None:
        if find_spec("openvino") is None:
            raise MissingExtraError("The openvino engine", "openvino")
        import openvino

        try:
            compiled = openvino.Core().compile_model(
                folder / MODEL,
                "CPU",
                {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": precision},
            )
        except RuntimeError as error:
            raise WeightsError("OpenVINO cannot read the int8 model.") from error
        self._request = compiled.create_infer_request()
        self._lock = Lock()

    def features(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Network inputs [B, 3, S, S] to layer4's output, float32 [B, C, h, w]."""
        # One by one: on two cores a batch is no faster than its slices, and its first result late.
        return np.concatenate([self._one(image[None]) for image in images])

    def _one(self, image: NDArray[np.float32]) -> NDArray[np.float32]:
        with self._lock:
            outputs = self._request.infer([image])
            return np.array(outputs[0], np.float32)  # a copy: the request's memory is used again
