"""Training: the data, its augmentation and synthesis, fitting and calibration. No page here."""
