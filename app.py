"""Hugging Face Space, or a desktop: load the model, build the page, serve it."""

import os

from hemo import Reader
from hemo.ui.page import launch

if __name__ == "__main__":
    on_desktop = not ("SPACE_ID" in os.environ or os.environ.get("HEMO_NO_BROWSER"))
    launch(Reader.load, open_browser=on_desktop)
