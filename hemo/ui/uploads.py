"""Gradio's list of uploads that it is to delete in time, mended.

Its sweep (``gradio.route_utils.delete_files_created_by_app``) goes through the list while uploads
are added to it: once that happens Python ends the sweep, and no sweep follows until the server is
started again. And what hemo has read and deleted stays on the list for ever.
"""

from collections.abc import Iterator, Set
from pathlib import Path

import gradio as gr


class Uploads(set[str]):
    """Paths of files; it can be gone through while others add to it, and forgets what is gone."""

    _missed: Set[str] = frozenset()  # by the last who went through; a copy begins without

    def __iter__(self) -> Iterator[str]:
        """The paths there are now, whatever is added meanwhile."""
        names = self.copy()  # made in one go: no other thread comes in between
        missing = {name for name in set.__iter__(names) if not Path(name).exists()}
        # A file is on the list before it is in its folder: what was missed twice is gone.
        self.difference_update(missing & self._missed)
        self._missed = missing
        return set.__iter__(names)


def mend(page: gr.Blocks) -> None:
    """Give a page a list that its sweep cannot trip over."""
    uploads = Uploads()
    others = [files for files in page.temp_file_sets if files is not page.upload_file_set]
    page.upload_file_set, page.temp_file_sets = uploads, [uploads, *others]
