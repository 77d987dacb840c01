"""The int8 network in OpenVINO: layer4's features several times faster than PyTorch on a CPU.

Processors without instructions for it (AVX-512 VNNI, AVX-VNNI, AMX, on Arm the dot product) add
pairs of int8 products in sixteen bits, which can be too few: sums are cut off, and so are thin
bleeds. The exported model leaves its stem in float32 for that; where int8 is wrong all the same, as
the check at load tells, the same numbers are computed in float32 (``exact``), half as fast.

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
IN_FLOAT = {"LP_TRANSFORMS_MODE": "NO"}  # the CPU plugin leaves the rounding as it stands


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
        exact: whether int8's steps are kept but computed with in float32, as any processor can.

    Raises:
        MissingExtraError: openvino is not installed.
        WeightsError: OpenVINO cannot read the model.
    """

    def __init__(self, folder: Path, precision: str = PRECISION, *, exact: bool = False) -> None:
        if find_spec("openvino") is None:
            raise MissingExtraError("The openvino engine", "openvino")
        import openvino

        how = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": precision}
        try:
            compiled = openvino.Core().compile_model(
                folder / MODEL, "CPU", how | (IN_FLOAT if exact else {})
            )
        except RuntimeError as error:
            raise WeightsError("OpenVINO cannot read the int8 model.") from error
        self.exact = exact
        self.name = "openvino in float32" if exact else "openvino"
        self._request = compiled.create_infer_request()
        self._lock = Lock()

    def features(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Network inputs [B, 3, S, S] to layer4's output, float32 [B, C, h, w]."""
        # One by one: on two cores a batch is no faster than its slices, and its first result late.
        if len(images) == 1:
            return self._one(images)
        return np.concatenate([self._one(image[None]) for image in images])

    def _one(self, image: NDArray[np.float32]) -> NDArray[np.float32]:
        with self._lock:
            outputs = self._request.infer([image], share_inputs=True, share_outputs=True)
            return np.array(outputs[0], np.float32)  # a copy: the request's memory is used again
