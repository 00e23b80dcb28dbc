"""What a test shows of both sides: server errors that fail it, and its report when it fails."""
