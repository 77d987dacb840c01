"""Batches of an epoch, made by a thread while the network is at work on the one before."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from torch import Tensor
from torch.utils.data import default_collate

from hemo.training.draw import Epoch

Batch = dict[str, Tensor]


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
