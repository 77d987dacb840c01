"""The average of a network's weights over the last steps: steadier than the last step's."""

import torch
from torch import Tensor, nn


class Average:
    """An exponential moving average of a module's state (Polyak & Juditsky 1992).

    Args:
        network: whose state is followed.
        decay: share of the old average that a step keeps, once there were many steps.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.decay, self.steps = decay, 0
        self.state = {k: v.detach().clone() for k, v in network.state_dict().items()}

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Take in the network as it is after a step."""
        self.steps += 1
        decay = min(self.decay, self.steps / (self.steps + 10))  # young averages follow closely
        state = network.state_dict()
        floating = [name for name, mean in self.state.items() if mean.is_floating_point()]
        # All in one call: a network has a thousand tensors, and a step on a GPU is short.
        torch._foreach_lerp_(
            [self.state[name] for name in floating], [state[name] for name in floating], 1 - decay
        )
        for name in self.state.keys() - floating:
            self.state[name].copy_(state[name])

    def load(self, state: dict[str, Tensor], steps: int) -> None:
        """Go on from a saved average."""
        self.state, self.steps = {k: v.clone() for k, v in state.items()}, steps
