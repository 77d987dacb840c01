"""The training loop: a recipe's stages, on CPU or CUDA, resumable after a kill at any time."""

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from hemo.errors import DataError
from hemo.network import build, features, pooled_logit, trunk
from hemo.preprocessing import Preprocessing
from hemo.training.average import Average
from hemo.training.batches import Batch, prefetched
from hemo.training.draw import (
    AnySample,
    Draw,
    Epoch,
    canvases,
    checks,
    draw_epoch,
    sizes_of,
    spread,
    thinned,
    without_room,
)
from hemo.training.losses import Losses, losses
from hemo.training.recipes import Recipe, Stage
from hemo.training.start import start_from
from hemo.training.state import State, read_state, write_state

Report = Callable[[str], None]
SHOWN = ("slice", "position", "share")  # losses that are logged
MOST_VAL = 60  # slices of a source and label that choose the epoch


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
        self.hardware = torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu"
        self.best: dict[str, Tensor] = {}
        self.checks = checks(self.val, recipe, seed=seed)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        # A GPU waits for whoever paints: nothing is read twice, and every other core paints.
        gpu = self.device.type == "cuda"
        self._workers = max(1, (os.cpu_count() or 2) - 2) if gpu else 0
        self._kept = canvases(self.train, self.spec) if gpu else None
        torch.backends.cudnn.benchmark = gpu
        self.unfit = (
            without_room(self.train, self.spec, self._kept) if recipe.painted else frozenset()
        )
        self.train = thinned(self.train, self.unfit)
        self._optimizer_state: dict[str, Any] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        saved = self._resume()
        if not saved:
            self.origin = start_from(self.network, init)
        self.network.to(self.device, memory_format=torch.channels_last)
        self.positions.to(self.device)
        self._average = Average(self.network, recipe.average) if recipe.average else None
        if self._average and saved:
            self._average.load(saved["average"], saved["steps"])
        self._bfloat16 = self.device.type == "cuda" or bool(
            torch.cpu.get_capabilities().get("avx512_bf16")
        )

    def run(self, *, stages: int | None = None) -> None:
        """Train to the end of the recipe, or of its first stages.

        Then the network holds the epoch that the last of these stages keeps.
        """
        last = sum(stage.epochs for stage in self.recipe.stages[:stages])
        while self.epoch < last:
            started = time.monotonic()
            stage, place = self.recipe.stage_of(self.epoch)
            if place == 0:
                self._begin_stage()
            optimizer = self._optimizer(stage, place)
            found = self._train_epoch(stage, place, optimizer)
            self._note(found, self._validate_average(), time.monotonic() - started)
            self._save(optimizer)
        if self.epoch == last:
            self.network.load_state_dict(self.best)

    def validate(self) -> dict[str, float]:
        """Mean log loss on the validation slices of each source and on the painted checks."""
        draws = self.validation()
        logits, labels = self.draw_logits([d for mine in draws.values() for d in mine])
        each = functional.binary_cross_entropy_with_logits(logits, labels, reduction="none")
        parts = each.split([len(mine) for mine in draws.values()])
        return {name: float(part.mean()) for name, part in zip(draws, parts, strict=True)}

    def validation(self) -> dict[str, list[Draw]]:
        """What is validated on: real slices by source, as serving sees them, and "painted"."""
        draws: dict[str, list[Draw]] = {}
        for sample in spread(self.val, MOST_VAL):
            draws.setdefault(sample.source, []).append(Draw(sample, paint=False, seed=None))
        return draws | ({"painted": self.checks} if self.checks else {})

    def logits(self, samples: Sequence[AnySample]) -> tuple[Tensor, Tensor]:
        """Logits and labels [N] of samples as serving would see them: nothing random."""
        return self.draw_logits([Draw(sample, paint=False, seed=None) for sample in samples])

    def draw_logits(self, draws: Sequence[Draw], size: int | None = None) -> tuple[Tensor, Tensor]:
        """Logits and labels [N] of draws, at another size than the spec's if one is named."""
        self.network.eval()
        logits, labels = [], []
        sizes = [size or self.spec.size] * len(draws)
        for batch in self._batches(draws, min(2 * self.recipe.batch, 32), sizes):
            with torch.inference_mode(), self._autocast():
                maps = features(self.network, batch["image"])
            logits.append(pooled_logit(self.network, maps.float()).detach().cpu())
            labels.append(batch["label"].cpu())
        return torch.cat(logits), torch.cat(labels)

    def _begin_stage(self) -> None:
        """A stage starts from what the one before it kept, and keeps the best of its own."""
        if self.best and self._average:
            self.network.load_state_dict(self.best)
            self._average = Average(self.network, self.recipe.average)
        if self._average:
            self.best_loss = float("inf")

    def _validate_average(self) -> dict[str, float]:
        """Validate the averaged weights, where weights are averaged; the network keeps its own."""
        if not self._average:
            return self.validate()
        own = {k: v.detach().clone() for k, v in self.network.state_dict().items()}
        self.network.load_state_dict(self._average.state)
        found = self.validate()
        self.network.load_state_dict(own)
        return found

    def _train_epoch(
        self, stage: Stage, place: int, optimizer: torch.optim.Optimizer
    ) -> dict[str, float]:
        draws = draw_epoch(
            self.train, self.recipe, seed=self.seed, epoch=self.epoch, unfit=self.unfit
        )
        sizes = sizes_of(self.epoch, len(draws), self.recipe, self.spec.size, seed=self.seed)
        steps = -(-len(draws) // self.recipe.batch)
        totals = {name: torch.zeros((), device=self.device) for name in SHOWN}
        started = time.monotonic()
        for step, batch in enumerate(self._batches(draws, self.recipe.batch, sizes)):
            self._set_mode(stage)
            self._set_rates(optimizer, (place + step / steps) / stage.epochs)
            found = self._losses(batch, frozen_trunk=stage.trunk_rate == 0)
            optimizer.zero_grad(set_to_none=True)
            self._total(found).backward()
            nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
            optimizer.step()
            if self._average:
                self._average.update(self.network)
            for name, total in totals.items():
                total += getattr(found, name).detach() / steps
            if step % 20 == 19:
                left = (time.monotonic() - started) / (step + 1) * (steps - step - 1)
                self.report(
                    f"  epoch {self.epoch + 1}/{self.recipe.epochs}, step {step + 1}/{steps}, "
                    f"loss {float(totals['slice']) * steps / (step + 1):.3f}, {left:.0f} s left"
                )
        return {name: float(total) for name, total in totals.items()}

    def _total(self, found: Losses) -> Tensor:
        recipe = self.recipe
        return found.slice + recipe.dense * found.position + recipe.share * found.share

    def _losses(self, batch: Batch, *, frozen_trunk: bool) -> Losses:
        with self._autocast():
            with torch.set_grad_enabled(not frozen_trunk):
                lower = trunk(self.network, batch["image"])
            maps = self.network.layer4(lower)
        scale, offset = self.positions["scale"], self.positions["offset"]
        dense, full = self.recipe.dense > 0, self.recipe.full
        return losses(self.network, maps.float(), batch, scale, offset, dense=dense, full=full)

    def _batches(
        self, draws: Sequence[Draw], size: int, sizes: Sequence[int] | None = None
    ) -> Iterator[Batch]:
        epoch = Epoch(draws, self.spec, self.recipe, sizes, self._kept)
        for batch in prefetched(epoch, size, workers=self._workers):
            yield {
                name: value.to(self.device, non_blocking=True, memory_format=torch.channels_last)
                if value.ndim == 4
                else value.to(self.device, non_blocking=True)
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
        for group in optimizer.param_groups:
            group["lr"] = group["rate"] * self.recipe.rate_factor(self.epoch, progress)

    def _note(self, found: dict[str, float], val: dict[str, float], seconds: float) -> None:
        self.epoch += 1
        self.seconds += seconds
        # Each source counts the same; before real bleeds are shown none has a say.
        real = self.recipe.stage_of(self.epoch - 1)[0].real
        heard = val if real or "painted" not in val else {"painted": val["painted"]}
        val_loss = sum(heard.values()) / len(heard)
        if val_loss < self.best_loss or self.recipe.keep == "last":
            self.best_loss = val_loss
            kept = self._average.state if self._average else self.network.state_dict()
            self.best = {k: v.detach().cpu().clone() for k, v in kept.items()}
        line = {"epoch": self.epoch, **found, "val": val_loss, "val_by": val, "seconds": seconds}
        with (self.folder / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")
        parts = ", ".join(f"{name} {value:.3f}" for name, value in val.items())
        self.report(
            f"epoch {self.epoch}/{self.recipe.epochs}: loss {found['slice']:.3f}, at positions "
            f"{found['position']:.3f}, beside the blood {found['share']:.3f}, validation "
            f"{val_loss:.3f} ({parts}; best {self.best_loss:.3f}), {seconds:.0f} s"
        )

    def _save(self, optimizer: torch.optim.Optimizer) -> None:
        """Keep the state after this epoch."""
        self._optimizer_state = optimizer.state_dict()
        state = {
            "network": self.network.state_dict(),
            "positions": self.positions.state_dict(),
            "best": self.best,
            "average": self._average.state if self._average else {},
            "steps": self._average.steps if self._average else 0,
            "optimizer": self._optimizer_state,
            "epoch": self.epoch,
            "best_loss": self.best_loss,
            "seconds": self.seconds,
            "origin": self.origin,
            "hardware": self.hardware,
        }
        write_state(self.folder, self._identity(), state)

    def _identity(self) -> str:
        """What must be the same for a state to be gone on from."""
        return f"{self.recipe!r} size {self.spec.size} seed {self.seed} on {len(self.train)}"

    def _resume(self) -> State:
        """Take up the folder's state, and return it; empty where there is none."""
        state = read_state(self.folder, self._identity())
        if not state:
            return {}
        self.network.load_state_dict(state["network"])
        self.positions.load_state_dict(state["positions"])
        self.best, self.epoch = state["best"], state["epoch"]
        self.best_loss, self.seconds = state["best_loss"], state["seconds"]
        self.origin, self._optimizer_state = state["origin"], state["optimizer"]
        self.hardware = state["hardware"]  # what is finished elsewhere was trained there
        self.report(f"going on after epoch {self.epoch} of {self.recipe.epochs}")
        return state
