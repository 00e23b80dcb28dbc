"""An application whose tests move the clock, and their library in a package beside it."""
