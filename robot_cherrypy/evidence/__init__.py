"""What a failing test shows of both sides."""
