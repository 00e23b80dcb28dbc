"""The folder in which Django looks for an application's commands."""
