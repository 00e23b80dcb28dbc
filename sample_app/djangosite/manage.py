"""Django's command line for this project."""

import os
import sys
from pathlib import Path


def main() -> None:
    """Run the command that the command line names."""
    # So that the package is found from any working directory.
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sample_app.djangosite.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
