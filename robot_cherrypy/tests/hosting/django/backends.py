"""Authentication backends as projects have them."""

from django.contrib.auth.backends import BaseBackend, ModelBackend


class Permissions:
    """A backend without users, such as that of rules."""

    def has_perm(self, _user, _permission, _thing=None):
        return False


class MorePermissions(BaseBackend):
    """A backend that inherits the methods of users, but has none, such as that of guardian."""


class Users(ModelBackend):
    """A backend of the project's own."""
