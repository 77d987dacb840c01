"""Batches of an epoch, made while the network is at work on the one before."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import cv2
import torch
from torch import Tensor
from torch.utils.data import DataLoader, default_collate

from hemo.training.draw import Epoch

Batch = dict[str, Tensor]


def prefetched(epoch: Epoch, size: int, *, ahead: int = 4, workers: int = 0) -> Iterator[Batch]:
    """An epoch's batches in order, the next few made while the network is at work.

    Args:
        epoch: the items; what is random in them depends on the item alone, not on who makes it.
        size: items a batch; the last may have fewer.
        ahead: batches that are made before they are asked for; by each process, if there are some.
        workers: processes that make them. 0: a thread, which is enough beside a network on the
            same processor: what an item takes is spent in numpy and OpenCV, which let others run.
    """
    if workers:
        # OpenCV's threads do not survive the fork that a worker begins with.
        cv2.setNumThreads(0)
        yield from DataLoader(
            epoch,
            size,
            num_workers=workers,
            prefetch_factor=ahead,
            pin_memory=torch.cuda.is_available(),
            multiprocessing_context="fork",
        )
        return
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
