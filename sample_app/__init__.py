"""Applications under test, each loadable as `module:attribute`."""
