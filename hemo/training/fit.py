"""The training loop: a recipe's stages, on CPU or CUDA, resumable after a kill at any time."""

import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from math import cos, pi
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import default_collate

from hemo.errors import DataError
from hemo.network import build, features, pooled_logit, trunk
from hemo.preprocessing import Preprocessing
from hemo.training.draw import AnySample, Draw, Epoch, draw_epoch
from hemo.training.recipes import Recipe, Stage
from hemo.training.start import start_from

Report = Callable[[str], None]
Batch = dict[str, Tensor]
TRUNK_MODULES = ("conv1", "bn1", "layer1", "layer2", "layer3")


def prefetched(epoch: Epoch, size: int, *, ahead: int = 4) -> Iterator[Batch]:
    """An epoch's batches in order, the next few made while the network is at work.

    By a thread, not by worker processes: OpenCV's threads do not survive a fork, and what a
    sample takes is spent in numpy and OpenCV, which let other threads run.
    """
    chunks = [range(i, min(i + size, len(epoch))) for i in range(0, len(epoch), size)]
    waiting: deque[Future[Batch]] = deque()
    with ThreadPoolExecutor(max_workers=1) as pool:
        for chunk in chunks:
            waiting.append(pool.submit(_collated, epoch, chunk))
            if len(waiting) > ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _collated(epoch: Epoch, indices: Iterable[int]) -> Batch:
    batch: Batch = default_collate([epoch[i] for i in indices])
    return batch


class Trainer:
    """One training run. Its state after every epoch is in ``folder``, to go on from.

    Args:
        recipe: how to train.
        samples: of all splits; "train" teaches, "val" chooses the epoch, "test" is not looked at.
        init: start weights; see ``start_from``.
        folder: state.pt and log.jsonl are kept here.
        size: of the input, where it is not the recipe's.
        seed: of everything random.
        report: takes one line of progress at a time.

    Raises:
        WeightsError: the start weights are unusable.
        DataError: there is nothing to train on, or nothing to choose the epoch by.
    """

    def __init__(
        self,
        recipe: Recipe,
        samples: Sequence[AnySample],
        init: str,
        folder: Path,
        *,
        size: int | None = None,
        seed: int = 0,
        report: Report = print,
    ) -> None:
        torch.manual_seed(seed)
        self.recipe, self.seed, self.folder, self.report = recipe, seed, folder, report
        self.spec = Preprocessing(size=size or recipe.size)
        self.train = [s for s in samples if s.split == "train" and getattr(s, "clean", True)]
        self.val = [s for s in samples if s.split == "val"]
        if not self.train or not self.val:
            raise DataError("Training needs slices to learn from and others to choose by.")
        self.network = build(recipe.head, dilated=recipe.dilated)
        # Evidence at a position times scale plus offset is the logit of "this is blood".
        self.positions = nn.ParameterDict(
            {"scale": torch.tensor(0.05), "offset": torch.tensor(-2.0)}
        )
        self.epoch, self.best_loss, self.seconds = 0, float("inf"), 0.0
        self.best: dict[str, Tensor] = {}
        self._optimizer_state: dict[str, Any] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        if not self._resume():
            self.origin = start_from(self.network, init)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.network.to(self.device, memory_format=torch.channels_last)
        self.positions.to(self.device)
        self._bfloat16 = self.device.type == "cuda" or bool(
            torch.cpu.get_capabilities().get("avx512_bf16")
        )

    def run(self) -> None:
        """Train to the end of the recipe; then the network holds the epoch that it keeps."""
        while self.epoch < self.recipe.epochs:
            started = time.monotonic()
            stage, place = self.recipe.stage_of(self.epoch)
            optimizer = self._optimizer(stage, place)
            losses = self._train_epoch(stage, place, optimizer)
            self._note(losses, self.validate(), time.monotonic() - started)
            self._save(optimizer)
        self.network.load_state_dict(self.best)

    def validate(self) -> float:
        """Mean log loss on the validation slices, each source counting the same."""
        logits, labels = self.logits(self.val)
        losses = functional.binary_cross_entropy_with_logits(logits, labels, reduction="none")
        sources = [sample.source for sample in self.val]
        means = [
            torch.stack([loss for loss, s in zip(losses, sources, strict=True) if s == source])
            for source in sorted(set(sources))
        ]
        return float(torch.stack([m.mean() for m in means]).mean())

    def logits(self, samples: Sequence[AnySample]) -> tuple[Tensor, Tensor]:
        """Logits and labels [N] of samples as serving would see them: nothing random."""
        self.network.eval()
        draws = [Draw(sample, paint=False, seed=None) for sample in samples]
        logits, labels = [], []
        for batch in self._batches(draws, 2 * self.recipe.batch):
            with torch.inference_mode(), self._autocast():
                maps = features(self.network, batch["image"])
            logits.append(pooled_logit(self.network, maps.float()).detach().cpu())
            labels.append(batch["label"].cpu())
        return torch.cat(logits), torch.cat(labels)

    def _train_epoch(
        self, stage: Stage, place: int, optimizer: torch.optim.Optimizer
    ) -> dict[str, float]:
        draws = draw_epoch(self.train, self.recipe, seed=self.seed, epoch=self.epoch)
        steps = -(-len(draws) // self.recipe.batch)
        totals = {"slice": 0.0, "position": 0.0}
        started = time.monotonic()
        for step, batch in enumerate(self._batches(draws, self.recipe.batch)):
            self._set_mode(stage)
            self._set_rates(optimizer, (place + step / steps) / stage.epochs)
            slice_loss, position_loss = self._losses(batch, frozen_trunk=stage.trunk_rate == 0)
            optimizer.zero_grad(set_to_none=True)
            (slice_loss + self.recipe.dense * position_loss).backward()
            nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
            optimizer.step()
            totals["slice"] += slice_loss.item() / steps
            totals["position"] += position_loss.item() / steps
            if step % 20 == 19:
                left = (time.monotonic() - started) / (step + 1) * (steps - step - 1)
                self.report(
                    f"  epoch {self.epoch + 1}/{self.recipe.epochs}, step {step + 1}/{steps}, "
                    f"loss {totals['slice'] * steps / (step + 1):.3f}, {left:.0f} s left"
                )
        return totals

    def _losses(self, batch: Batch, *, frozen_trunk: bool) -> tuple[Tensor, Tensor]:
        """Log loss of the slices, and of the evidence at each position whose truth is known."""
        with self._autocast():
            with torch.set_grad_enabled(not frozen_trunk):
                lower = trunk(self.network, batch["image"])
            maps = self.network.layer4(lower)
        maps = maps.float()
        logits = pooled_logit(self.network, maps)
        slice_loss = functional.binary_cross_entropy_with_logits(logits, batch["label"])
        if not self.recipe.dense:
            return slice_loss, torch.zeros((), device=self.device)
        evidence = functional.conv2d(maps, self.network.fc.weight[:, :, None, None])[:, 0]
        position = evidence * self.positions["scale"] + self.positions["offset"]
        losses = functional.binary_cross_entropy_with_logits(
            position, batch["blood"], reduction="none"
        )
        # Blood is rare: a cell of it weighs as much as a handful of cells without.
        weight = batch["known"] * (1 + 4 * batch["blood"])
        return slice_loss, (losses * weight).sum() / weight.sum().clamp(min=1)

    def _batches(self, draws: Sequence[Draw], size: int) -> Iterator[Batch]:
        cells = self.spec.size // (16 if self.recipe.dilated else 32)
        epoch = Epoch(draws, self.spec, self.recipe, cells=cells)
        for batch in prefetched(epoch, size):
            yield {
                name: value.to(self.device, memory_format=torch.channels_last)
                if value.ndim == 4
                else value.to(self.device)
                for name, value in batch.items()
            }

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self._bfloat16)

    def _set_mode(self, stage: Stage) -> None:
        """Batch norms keep their statistics, but for a layer4 that has none yet."""
        self.network.eval()
        self.network.fc.train()
        self.network.layer4.train(stage.layer4_statistics)

    def _optimizer(self, stage: Stage, place: int) -> torch.optim.Optimizer:
        rates = {"layer4": stage.layer4_rate, "fc": stage.head_rate}
        groups = []
        for name, module in self.network.named_children():
            rate = rates.get(name, stage.trunk_rate)
            parameters = list(module.parameters())
            for parameter in parameters:
                parameter.requires_grad_(rate > 0)
            if rate > 0 and parameters:
                groups.append({"params": parameters, "rate": rate, "lr": rate})
        groups.append(
            {
                "params": list(self.positions.parameters()),
                "rate": stage.head_rate,
                "lr": stage.head_rate,
                "weight_decay": 0.0,
            }
        )
        optimizer = torch.optim.AdamW(groups, weight_decay=self.recipe.weight_decay)
        if place and self._optimizer_state:
            optimizer.load_state_dict(self._optimizer_state)
        return optimizer

    def _set_rates(self, optimizer: torch.optim.Optimizer, progress: float) -> None:
        """Learning rates at ``progress`` in [0, 1] of a stage."""
        if self.recipe.schedule == "step":
            factor = 0.1 ** (self.epoch // 5)
        else:
            factor = min(1.0, progress / 0.05 + 0.01) * (0.51 + 0.49 * cos(pi * progress))
        for group in optimizer.param_groups:
            group["lr"] = group["rate"] * factor

    def _note(self, losses: dict[str, float], val_loss: float, seconds: float) -> None:
        self.epoch += 1
        self.seconds += seconds
        if val_loss < self.best_loss or self.recipe.keep == "last":
            self.best_loss = val_loss
            self.best = {k: v.detach().cpu().clone() for k, v in self.network.state_dict().items()}
        line = {"epoch": self.epoch, **losses, "val": val_loss, "seconds": seconds}
        with (self.folder / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")
        self.report(
            f"epoch {self.epoch}/{self.recipe.epochs}: loss {losses['slice']:.3f}, at positions "
            f"{losses['position']:.3f}, validation {val_loss:.3f} (best {self.best_loss:.3f}), "
            f"{seconds:.0f} s"
        )

    def _save(self, optimizer: torch.optim.Optimizer) -> None:
        """The state after this epoch, whole or not at all."""
        partial = self.folder / "state.pt.part"
        torch.save(
            {
                "run": self._identity(),
                "network": self.network.state_dict(),
                "positions": self.positions.state_dict(),
                "best": self.best,
                "optimizer": optimizer.state_dict(),
                "epoch": self.epoch,
                "best_loss": self.best_loss,
                "seconds": self.seconds,
                "origin": self.origin,
            },
            partial,
        )
        partial.replace(self.folder / "state.pt")
        self._optimizer_state = optimizer.state_dict()

    def _identity(self) -> str:
        """What must be the same for a state to be gone on from."""
        return f"{self.recipe!r} size {self.spec.size} seed {self.seed} on {len(self.train)}"

    def _resume(self) -> bool:
        path = self.folder / "state.pt"
        if not path.is_file():
            return False
        state = torch.load(path, map_location="cpu", weights_only=True)
        if state["run"] != self._identity():
            raise DataError(
                f"{self.folder} holds another run (other recipe, data or seed): name another "
                "folder with --run, or remove it."
            )
        self.network.load_state_dict(state["network"])
        self.positions.load_state_dict(state["positions"])
        self.best, self.epoch = state["best"], state["epoch"]
        self.best_loss, self.seconds = state["best_loss"], state["seconds"]
        self.origin, self._optimizer_state = state["origin"], state["optimizer"]
        self.report(f"going on after epoch {self.epoch} of {self.recipe.epochs}")
        return True
