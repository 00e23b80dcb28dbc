"""Programs of this machine: finds them, and runs them so that none outlives this process."""
