"""The page that a clinician opens; see ``hemo.ui.page``."""
