"""Each tab of the page, put to use, for the tests and pictures of all of them."""

from tabs import answer

LONG = 600_000  # ms: sixteen slices, on a machine that has other work


def go_to(tab, name):
    """Open a tab of the page."""
    tab.click(f"#hemo-tabs button[role=tab]:has-text('{name}')")
    tab.wait_for_selector(f"#hemo-tab-{name.lower()}:visible")


def read(tab):
    """A slice is read and shown."""
    go_to(tab, "Read")
    tab.click("#hemo-examples button >> nth=1")
    assert answer(tab)["state"] == "read"


def series(tab):
    """A series is read to its end."""
    go_to(tab, "Series")
    tab.click("#hemo-tab-series .gallery button >> nth=0")
    tab.wait_for_selector("#hemo-series-viewer .viewer[data-state=shown]", timeout=LONG)
    tab.wait_for_selector("#hemo-tab-series .series-drop[data-state=done]", timeout=LONG)


def teach(tab):
    """A case is shown to a learner."""
    go_to(tab, "Teach")
    tab.click("#hemo-tab-teach .begin")
    tab.wait_for_selector("#hemo-tab-teach .viewer[data-state=shown]")


def scoreboard(tab):
    """The figures are drawn."""
    go_to(tab, "Scoreboard")
    tab.wait_for_selector("#hemo-scoreboard .board[data-state=shown]")


TABS = [read, series, teach, scoreboard]
