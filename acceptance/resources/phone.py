"""What happens to a phone: it is turned, moved and offline, and its owner refuses permission."""

import contextlib
import time
from abc import ABC, abstractmethod
from typing import Any

from robot.api.deco import keyword, library
from robot.libraries.BuiltIn import BuiltIn
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.actions.interaction import POINTER_TOUCH
from selenium.webdriver.common.actions.pointer_input import PointerInput

from robot_cherrypy import browser
from robot_cherrypy.browser.bidi_commands import bidi_url, send_commands

# How long a finger rests before it is lifted, in seconds: see `phone.drag`.
_REST = 0.1


class _Phone(ABC):
    """A browser that simulates a phone."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    @abstractmethod
    def set_permission(self, url: str, state: str) -> None:
        """Let a site read the position or not: `granted` or `denied`."""

    @abstractmethod
    def set_position(self, position: dict[str, float] | None) -> None:
        """Let the phone be somewhere; None if that cannot be found out."""

    @abstractmethod
    def set_network(self, *, offline: bool) -> None:
        """Connect the page to the network, or not."""

    @abstractmethod
    def turn(self, width: int, height: int) -> None:
        """Hold it in landscape, with this size."""

    @abstractmethod
    def touch(self, points: list[tuple[int, int]]) -> None:
        """Move a finger from the first point to the last one, where it rests and is lifted."""


class _Chromium(_Phone):
    """By the Chrome DevTools Protocol."""

    def set_permission(self, url: str, state: str) -> None:
        name = {"name": "geolocation"}
        self._command("Browser.setPermission", permission=name, setting=state, origin=url)

    def set_position(self, position: dict[str, float] | None) -> None:
        self._command("Emulation.setGeolocationOverride", **position or {})

    def set_network(self, *, offline: bool) -> None:
        self._command("Network.enable")
        self._command(
            "Network.emulateNetworkConditions",
            offline=offline,
            latency=0,
            downloadThroughput=-1,
            uploadThroughput=-1,
        )

    def turn(self, width: int, height: int) -> None:
        self._command(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=2,
            mobile=True,
            screenOrientation={"type": "landscapePrimary", "angle": 90},
        )

    def touch(self, points: list[tuple[int, int]]) -> None:
        for kind, (x, y) in zip(("touchStart", *["touchMove"] * len(points)), points, strict=False):
            self._command("Input.dispatchTouchEvent", type=kind, touchPoints=[{"x": x, "y": y}])
        time.sleep(_REST)
        self._command("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    def _command(self, name: str, **values: Any) -> None:
        self.driver.execute_cdp_cmd(name, values)


class _Firefox(_Phone):
    """By WebDriver BiDi."""

    def set_permission(self, url: str, state: str) -> None:
        name = {"name": "geolocation"}
        self._command("permissions.setPermission", descriptor=name, state=state, origin=url)

    def set_position(self, position: dict[str, float] | None) -> None:
        place = (
            {"coordinates": position} if position else {"error": {"type": "positionUnavailable"}}
        )
        self._command("emulation.setGeolocationOverride", **place, contexts=self._contexts)

    def set_network(self, *, offline: bool) -> None:
        conditions = {"type": "offline"} if offline else None
        command = "emulation.setNetworkConditions"
        self._command(command, networkConditions=conditions, contexts=self._contexts)

    def turn(self, width: int, height: int) -> None:
        size = {"width": width, "height": height}
        orientation = {"natural": "portrait", "type": "landscape-primary"}
        self._command(
            "emulation.setScreenOrientationOverride",
            screenOrientation=orientation,
            contexts=self._contexts,
        )
        self._command(
            "emulation.setScreenSettingsOverride", screenArea=size, contexts=self._contexts
        )
        self._command("browsingContext.setViewport", context=self._contexts[0], viewport=size)

    def touch(self, points: list[tuple[int, int]]) -> None:
        actions = ActionBuilder(self.driver, mouse=PointerInput(POINTER_TOUCH, "finger"))
        finger = actions.pointer_action
        finger.move_to_location(*points[0]).pointer_down()
        for point in points[1:]:
            finger.move_to_location(*point)
        finger.pause(_REST).pointer_up()
        actions.perform()

    @property
    def _contexts(self) -> list[str]:
        return [self.driver.current_window_handle]

    def _command(self, name: str, **values: Any) -> None:
        send_commands(bidi_url(self.driver), [(name, values)])


@library(scope="GLOBAL")
class phone:  # noqa: N801 - Robot imports a library by the name of its file
    """Simulates the phone by the protocol of the current browser."""

    def __init__(self) -> None:
        self._driver_process = contextlib.ExitStack()

    @keyword
    def refuse_location(self, url: str) -> None:
        """Refuse a site the permission to read the position."""
        self._phone.set_permission(url, "denied")

    @keyword
    def allow_location(self, url: str) -> None:
        """Give a site the permission to read the position."""
        self._phone.set_permission(url, "granted")

    @keyword
    def move_to(self, latitude: float, longitude: float, accuracy: float = 10) -> None:
        """Set the position, without a change of the permission."""
        position = {"latitude": latitude, "longitude": longitude, "accuracy": accuracy}
        self._phone.set_position(position)

    @keyword
    def lose_position(self) -> None:
        """Make it impossible to find the position."""
        self._phone.set_position(None)

    @keyword
    def go_offline(self) -> None:
        """Disconnect the page from the network."""
        self._phone.set_network(offline=True)

    @keyword
    def go_online(self) -> None:
        """Connect the page to the network again."""
        self._phone.set_network(offline=False)

    @keyword
    def turn_phone(self) -> None:
        """Turn the phone from portrait to landscape."""
        width, height = self._phone.driver.execute_script("return [screen.width, screen.height]")
        self._phone.turn(height, width)

    @keyword
    def drag(self, locator: str, x: int, y: int) -> None:
        """Move a finger across an element.

        It rests before it is lifted. Otherwise the browser sees a flick, and takes the next tap for
        the end of the flick.
        """
        element = BuiltIn().get_library_instance("SeleniumLibrary").find_element(locator)
        box = element.rect
        left, top = box["x"] + box["width"] // 2, box["y"] + box["height"] // 2
        self._phone.touch([(left, top), (left + x // 2, top + y // 2), (left + x, top + y)])

    @keyword
    def start_web_driver(self) -> tuple[str, dict[str, Any]]:
        """Start a WebDriver such as one on a phone; return its URL and the capabilities for it."""
        found = browser.find("chrome")
        service = browser.driver_service(found)
        self._driver_process.callback(service.stop)
        service.start()
        options = browser.options(found, browser.Settings()).to_capabilities()
        return service.service_url, {"goog:chromeOptions": options["goog:chromeOptions"]}

    @keyword
    def stop_web_driver(self) -> None:
        """Stop the WebDriver."""
        self._driver_process.close()

    @property
    def _phone(self) -> _Phone:
        driver = BuiltIn().get_library_instance("SeleniumLibrary").driver
        return _Firefox(driver) if driver.name == "firefox" else _Chromium(driver)
