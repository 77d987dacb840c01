"""From the network as it was trained to the one that serves: narrower, and in int8."""
