"""How good the model is, on groups that it never saw, with an interval on every figure."""
