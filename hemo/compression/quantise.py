"""int8 by NNCF: quantise once, then give back to floating point what a plan asks for.

Kernels are int8 in every plan, on the grid that the weights are stored on (``hemo.weights``), so
that rounding them costs nothing beside the reference. What differs is where activations are
rounded to eight bits on the way from layer to layer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hemo import weights
from hemo.network import FeatureNetwork

if TYPE_CHECKING:
    import openvino

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Plan:
    """What stays in floating point.

    Attributes:
        name: in words.
        sums: whether the stream that the blocks add to does. Else it is rounded after each of the
            50 blocks, and the rounding errors add up.
        layers: whose convolutions do, by what their names in torchvision begin with.
        fine: whose convolutions get sixteen bits, as two int8 convolutions, named likewise.
        precision: "f32" or, on processors that have it, "bf16".
    """

    name: str
    sums: bool = False
    layers: tuple[str, ...] = ()
    fine: tuple[str, ...] = ()
    precision: str = "f32"


LAYERS = ("conv1", "layer1", "layer2", "layer3", "layer4")
LAST = "layer4.2.conv3"  # of the convolutions: what it gets wrong nothing after it mends
# Times the range that was seen. With half of it to spare, sixteen bits also hold the sums of two
# products, which is all that processors without VNNI have for them.
ROOM = 2
# From the fastest to the safest. The stem is never in int8: its kernels are few and large, and
# processors without VNNI, which add pairs of products in sixteen bits, cut its sums off.
PLANS = (
    Plan("stem in float32", layers=LAYERS[:1]),
    Plan("stem and sums in float32", sums=True, layers=LAYERS[:1]),
    Plan(
        "stem and sums in float32, last convolution in sixteen bits",
        sums=True,
        layers=LAYERS[:1],
        fine=(LAST,),
    ),
    Plan("stem, sums and last convolution in float32", sums=True, layers=(LAYERS[0], LAST)),
    Plan("sums, and all up to layer2 in bfloat16", sums=True, layers=LAYERS[:3], precision="bf16"),
    Plan("all but layer4 in bfloat16", sums=True, layers=LAYERS[:4], precision="bf16"),
    Plan("int8 kernels, all else in bfloat16", sums=True, layers=LAYERS, precision="bf16"),
)


def convert(network: FeatureNetwork, size: int) -> "openvino.Model":
    """The network up to layer4, for one slice [1, 3, size, size] at a time, in float32."""
    import openvino
    import torch

    return openvino.convert_model(
        network, example_input=torch.zeros(1, 3, size, size), input=[1, 3, size, size]
    )


def quantise(model: "openvino.Model", images: Sequence[Array]) -> "openvino.Model":
    """Every convolution in int8, ranges from the calibration images [3, S, S].

    A range is the widest that was seen. With the mean of each image's, NNCF's usual choice, what
    speaks most strongly for blood is cut off (log odds were off by 1.2, 0.2 with the widest), and
    its correction of biases makes up for what is not cut off then.

    Kernels are on the grid that weights are stored on; of channels a hundred times weaker than the
    strongest of their layer NNCF makes coarser ones.
    """
    import nncf
    from nncf.quantization.advanced_parameters import AdvancedQuantizationParameters, OverflowFix
    from nncf.quantization.range_estimator import RangeEstimatorParametersSet

    quantised = nncf.quantize(
        model,
        nncf.Dataset([image[None] for image in images]),
        preset=nncf.QuantizationPreset.MIXED,
        subset_size=len(images),
        # By default the stem's kernels get seven bits, for processors whose int8 saturates; every
        # plan leaves the stem in floating point instead.
        advanced_parameters=AdvancedQuantizationParameters(
            overflow_fix=OverflowFix.DISABLE,
            disable_bias_correction=True,
            activations_range_estimator_params=RangeEstimatorParametersSet.MINMAX,
        ),
    )
    _store_kernels(quantised, dict(kernels(model)))
    return quantised


def _store_kernels(model: "openvino.Model", found: dict[str, Array]) -> None:
    """Replace a model's kernels by others, as int8 and a scale for each output channel."""
    import openvino

    ops = openvino.opset13
    for operation in model.get_ordered_ops():
        if operation.get_type_name() == "Convolution":
            steps, scale = weights.to_grid(found[operation.get_friendly_name()])
            kernel = ops.multiply(
                ops.convert(ops.constant(steps), "f32"), ops.constant(scale[:, None, None, None])
            )
            operation.input(1).replace_source_output(kernel.output(0))


def relaxed(model: "openvino.Model", plan: Plan) -> "openvino.Model":
    """A copy in which what the plan names takes its inputs less rounded, or as they were before."""
    copy = model.clone()
    for operation in copy.get_ordered_ops():
        if (plan.sums and _is_sum(operation)) or _is_of(operation, plan.layers):
            _unround(operation)
        elif _is_of(operation, plan.fine):
            _split(operation)
    copy.validate_nodes_and_infer_types()
    return copy


def write(model: "openvino.Model", path: Path) -> None:
    """Write an .xml and its .bin, kernels as int8 and all else as float32."""
    import openvino

    openvino.save_model(model, path, compress_to_fp16=False)


def kernels(model: "openvino.Model") -> Iterator[tuple[str, Array]]:
    """Name and float32 kernel of each convolution, dequantised where it is int8."""
    for operation in model.get_ordered_ops():
        if operation.get_type_name() == "Convolution":
            yield operation.get_friendly_name(), _value(operation.input_value(1).get_node())


def steps_moved(reference: "openvino.Model", quantised: "openvino.Model") -> float:
    """How far quantisation moved any weight, in steps of its channel's int8 grid; 0.5 at most."""
    before, worst = dict(kernels(reference)), 0.0
    for name, after in kernels(quantised):
        _, scale = weights.to_grid(before[name])
        moved = np.abs(after - before[name]) / scale[:, None, None, None]
        worst = max(worst, float(moved.max()))
    return worst


def _value(node: Any) -> Array:  # noqa: ANN401
    """A constant, or what is computed of constants: (int8 - zero point) · scale."""
    kind = node.get_type_name()
    if kind == "Constant":
        return np.asarray(node.data, np.float32)
    inputs = [_value(source.get_node()) for source in node.input_values()]
    if kind == "Convert":
        return inputs[0]
    return inputs[0] * inputs[1] if kind == "Multiply" else inputs[0] - inputs[1]


def _is_constant(node: Any) -> bool:  # noqa: ANN401
    """Whether it is a constant, also one that is stored as int8."""
    kind = node.get_type_name()
    return kind == "Constant" or (
        kind in ("Convert", "Multiply", "Subtract")
        and all(_is_constant(value.get_node()) for value in node.input_values())
    )


def _is_sum(operation: Any) -> bool:  # noqa: ANN401
    """Whether it adds two activations, as at the end of a block; a bias is a constant."""
    if operation.get_type_name() != "Add":
        return False
    return not any(_is_constant(value.get_node()) for value in operation.input_values())


def _is_of(operation: Any, layers: tuple[str, ...]) -> bool:  # noqa: ANN401
    """Whether it is a convolution of one of these layers."""
    if operation.get_type_name() != "Convolution":
        return False
    name = operation.get_friendly_name()  # __module.network.layer1.0.conv1/aten::_convolution/…
    return bool(name.partition("network.")[2].startswith(layers))


def _unround(operation: Any) -> None:  # noqa: ANN401
    for entrance in operation.inputs():
        source = entrance.get_source_output().get_node()
        if _rounds_activations(source):
            entrance.replace_source_output(source.input_value(0))


def _rounds_activations(node: Any) -> bool:  # noqa: ANN401
    rounds = node.get_type_name() == "FakeQuantize"
    return rounds and not _is_constant(node.input_value(0).get_node())


def _split(operation: Any) -> None:  # noqa: ANN401
    """Make two int8 convolutions of one: of what its input is rounded to, and of what that leaves.

    Their sum is that of an input of sixteen bits, for one more int8 product of the same kernel.
    """
    import openvino

    ops = openvino.opset13
    rounding, kernel = (value.get_node() for value in operation.input_values())
    if not _rounds_activations(rounding):
        return
    low, high = (ROOM * float(_value(rounding.input_value(n).get_node())) for n in (1, 2))
    exact = rounding.input_value(0)
    coarse = _rounded(exact, low, high)
    step = (high - low) / 255
    fine = _rounded(ops.subtract(exact, coarse), -128 / 255 * step, 127 / 255 * step)
    ways = operation.get_attributes()
    one, other = (
        ops.convolution(
            each, kernel, ways["strides"], ways["pads_begin"], ways["pads_end"], ways["dilations"]
        )
        for each in (coarse, fine)
    )
    both = ops.add(one, other)
    for target in operation.output(0).get_target_inputs():
        target.replace_source_output(both.output(0))
    one.set_friendly_name(operation.get_friendly_name())
    other.set_friendly_name(operation.get_friendly_name() + "/fine")


def _rounded(value: Any, low: float, high: float) -> Any:  # noqa: ANN401
    """To 256 levels from low to high."""
    import openvino

    ops = openvino.opset13
    ends = [ops.constant(np.full((1, 1, 1, 1), end, np.float32)) for end in (low, high)]
    return ops.fake_quantize(value, *ends, *ends, 256)
