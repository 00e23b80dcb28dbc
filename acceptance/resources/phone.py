"""What happens to a phone: it is turned, moved and offline, and its owner refuses permission."""

import contextlib
import time
from typing import Any

from robot.api.deco import keyword, library
from robot.libraries.BuiltIn import BuiltIn

from robot_cherrypy import browser

# How long a finger rests before it is lifted, in seconds: see `phone.drag`.
_REST = 0.1


@library(scope="GLOBAL")
class phone:  # noqa: N801 - Robot imports a library by the name of its file
    """Simulates the phone by the Chrome DevTools Protocol (CDP) of the current browser."""

    def __init__(self) -> None:
        self._driver_process = contextlib.ExitStack()

    @keyword
    def refuse_location(self, url: str) -> None:
        """Refuse a site the permission to read the position."""
        self._set_permission(url, "denied")

    @keyword
    def allow_location(self, url: str) -> None:
        """Give a site the permission to read the position."""
        self._set_permission(url, "granted")

    @keyword
    def move_to(self, latitude: float, longitude: float, accuracy: float = 10) -> None:
        """Set the position, without a change of the permission."""
        position = {"latitude": latitude, "longitude": longitude, "accuracy": accuracy}
        self._command("Emulation.setGeolocationOverride", **position)

    @keyword
    def lose_position(self) -> None:
        """Make it impossible to find the position."""
        self._command("Emulation.setGeolocationOverride")

    @keyword
    def go_offline(self) -> None:
        """Disconnect the page from the network."""
        self._set_network(offline=True)

    @keyword
    def go_online(self) -> None:
        """Connect the page to the network again."""
        self._set_network(offline=False)

    @keyword
    def turn_phone(self) -> None:
        """Turn the phone from portrait to landscape."""
        width, height = self._driver.execute_script("return [screen.width, screen.height]")
        self._command(
            "Emulation.setDeviceMetricsOverride",
            width=height,
            height=width,
            deviceScaleFactor=2,
            mobile=True,
            screenOrientation={"type": "landscapePrimary", "angle": 90},
        )

    @keyword
    def drag(self, locator: str, x: int, y: int) -> None:
        """Move a finger across an element.

        It rests before it is lifted. Otherwise the browser sees a flick, and takes the next tap for
        the end of the flick.
        """
        element = BuiltIn().get_library_instance("SeleniumLibrary").find_element(locator)
        box = element.rect
        start = {"x": box["x"] + box["width"] // 2, "y": box["y"] + box["height"] // 2}
        for kind, points in (
            ("touchStart", [start]),
            ("touchMove", [{"x": start["x"] + x // 2, "y": start["y"] + y // 2}]),
            ("touchMove", [{"x": start["x"] + x, "y": start["y"] + y}]),
            ("touchEnd", []),
        ):
            if kind == "touchEnd":
                time.sleep(_REST)
            self._command("Input.dispatchTouchEvent", type=kind, touchPoints=points)

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
    def _driver(self) -> Any:
        return BuiltIn().get_library_instance("SeleniumLibrary").driver

    def _command(self, name: str, **arguments: Any) -> None:
        self._driver.execute_cdp_cmd(name, arguments)

    def _set_permission(self, url: str, setting: str) -> None:
        self._command(
            "Browser.setPermission", permission={"name": "geolocation"}, setting=setting, origin=url
        )

    def _set_network(self, *, offline: bool) -> None:
        self._command("Network.enable")
        self._command(
            "Network.emulateNetworkConditions",
            offline=offline,
            latency=0,
            downloadThroughput=-1,
            uploadThroughput=-1,
        )
