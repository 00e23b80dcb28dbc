"""The errors that users see, with one base class."""


class RobotCherryPyError(Exception):
    """Something that a user has to know and can act on.

    Its message names the subject, what was expected, what was there, and what to do about it.
    """

    ROBOT_SUPPRESS_NAME = True


class ApplicationError(RobotCherryPyError):
    """An application could not be found, imported, made or mounted."""


class ServerError(RobotCherryPyError):
    """A server could not be started, found, reached or stopped."""


class SessionError(RobotCherryPyError):
    """A session could not be made or read."""


class BrowserError(RobotCherryPyError):
    """A browser or its driver is missing or did not start."""


class StackError(RobotCherryPyError):
    """A database or a load balancer is missing, did not start, or refused what was asked of it."""


class InstallError(RobotCherryPyError):
    """What a feature needs could not be installed."""


class MissingExtraError(RobotCherryPyError):
    """A feature needs packages that the plain installation does not bring."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(
            f"{feature} needs an extra: pip install 'robotframework-cherrypy[{extra}]'"
        )
