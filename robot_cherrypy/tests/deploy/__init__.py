"""Images and containers, where there is a container engine."""
