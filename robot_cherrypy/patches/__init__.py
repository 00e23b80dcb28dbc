"""Every change made to CherryPy's own behaviour, one function each."""
