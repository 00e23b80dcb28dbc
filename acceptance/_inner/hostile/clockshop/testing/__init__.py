"""What the tests of the application use."""
