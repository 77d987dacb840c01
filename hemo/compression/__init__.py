"""From the network as it was trained to the one that serves: in int8, held to its answers."""
