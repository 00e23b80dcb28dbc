"""Settings of another project."""

INSTALLED_APPS = []
ROOT_URLCONF = "nowhere"
