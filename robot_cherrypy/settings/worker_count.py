"""How many worker processes a server has."""

import os
from typing import Any

# As many as there are processors for this process.
AUTO = "auto"


def number_of_workers(settings: Any) -> int:
    """Return how many processes are to serve; 1 if the settings do not say."""
    workers: int | str | None = getattr(settings, "workers", None)
    if workers == AUTO:
        has_affinity = hasattr(os, "sched_getaffinity")  # not on macOS
        return len(os.sched_getaffinity(0)) if has_affinity else os.cpu_count() or 1
    return workers if isinstance(workers, int) else 1
