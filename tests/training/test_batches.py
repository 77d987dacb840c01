"""Batches of an epoch."""

from dataclasses import dataclass

import pytest

from hemo.training.batches import prefetched


@dataclass
class Numbers:
    """Stands where an epoch does: its items are numbers."""

    count: int

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        return {"number": index}


@pytest.mark.parametrize("workers", [0, 2])
def test_batches_come_in_order_and_whole(workers):
    """Sixteen items by six: 6, 6 and 4, none lost to the thread or the processes that make them."""
    batches = [batch["number"].tolist() for batch in prefetched(Numbers(16), 6, workers=workers)]

    assert batches == [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11], [12, 13, 14, 15]]
