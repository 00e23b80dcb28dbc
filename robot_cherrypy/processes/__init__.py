"""Child processes that end together with this one, however this one ends."""
