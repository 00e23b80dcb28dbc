"""The devices that ChromeDriver can emulate, as of Chromium 150, and Firefox by the same data.

The list lies in ChromeDriver itself (chrome/test/chromedriver/chrome/mobile_device_list.cc), which
has no command to show it. For ChromeDriver, this copy serves to correct the case of a name and to
suggest similar names; a device that only ChromeDriver knows works there as well.
"""

from dataclasses import dataclass

from robot_cherrypy.browser.kinds import alternatives
from robot_cherrypy.errors import BrowserError

# The version of Chrome that devices tell of.
_CHROME = "Chrome/150.0.0.0"


@dataclass(frozen=True)
class Device:
    """What pages see of a device.

    Attributes:
        width: Of the screen, in CSS pixels.
        height: Of the screen, in CSS pixels.
        pixel_ratio: Pixels of the screen for each CSS pixel.
        user_agent: What its browser says to servers; empty for what any browser says.
        is_mobile: Whether pages tell the width of their view (`<meta name=viewport>`).
        has_touch: Whether it has a touch screen.
    """

    width: int
    height: int
    pixel_ratio: float
    user_agent: str = ""
    is_mobile: bool = True
    has_touch: bool = True


def _chrome(system: str, browser: str) -> str:
    return f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) {browser}"


def _safari(system: str, browser: str) -> str:
    return f"Mozilla/5.0 ({system}) AppleWebKit/605.1.15 (KHTML, like Gecko) {browser}"


_WINDOWS = _chrome("Windows NT 10.0; Win64; x64", f"{_CHROME} Safari/537.36")


def _android(system: str, width: int, height: int, pixel_ratio: float) -> Device:
    agent = _chrome(f"Linux; Android {system}", f"{_CHROME} Mobile Safari/537.36")
    return Device(width, height, pixel_ratio, agent)


def _iphone(width: int, height: int, pixel_ratio: float) -> Device:
    system = "iPhone; CPU iPhone OS 18_5 like Mac OS X"
    agent = _safari(system, "Version/18.5 Mobile/15E148 Safari/604.1")
    return Device(width, height, pixel_ratio, agent)


DEVICES = {
    "Asus Zenbook Fold": Device(853, 1280, 1.5, _WINDOWS, is_mobile=False),
    "Facebook on Android": Device(
        412,
        892,
        3.5,
        _chrome(
            "Linux; Android 12; Pixel 6 Build/SQ3A.220705.004; wv",
            f"Version/4.0 {_CHROME} Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/407.0.0.0.65;]",
        ),
    ),
    "Galaxy Tab S4": Device(
        712, 1138, 2.25, _chrome("Linux; Android 8.1.0; SM-T837A", f"{_CHROME} Safari/537.36")
    ),
    "Galaxy Z Fold 5": _android("10; K", 344, 882, 2.625),
    "Galaxy Z Fold 6": _android("14; SM-F956U", 412, 968, 2.625),
    "iPad Mini": Device(
        768,
        1024,
        2,
        _safari("iPad; CPU OS 18_5 like Mac OS X", "Version/18.5 Mobile/15E148 Safari/604.1"),
    ),
    "iPad Pro 13": Device(
        1032, 1376, 2, _safari("Macintosh; Intel Mac OS X 10_15_7", "Version/18.5 Safari/605.1.15")
    ),
    "iPhone 12 Pro": _iphone(390, 844, 3),
    "iPhone 14": _iphone(390, 844, 3),
    "iPhone 14 Plus": _iphone(428, 926, 3),
    "iPhone 14 Pro": _iphone(393, 852, 3),
    "iPhone 14 Pro Max": _iphone(430, 932, 3),
    "iPhone 15": _iphone(393, 852, 3),
    "iPhone 15 Plus": _iphone(430, 932, 3),
    "iPhone 15 Pro": _iphone(393, 852, 3),
    "iPhone 15 Pro Max": _iphone(430, 932, 3),
    "iPhone 16": _iphone(393, 852, 3),
    "iPhone 16 Plus": _iphone(430, 932, 3),
    "iPhone 16 Pro": _iphone(402, 874, 3),
    "iPhone 16 Pro Max": _iphone(440, 956, 3),
    "iPhone 16e": _iphone(390, 844, 3),
    "iPhone SE": _iphone(375, 667, 2),
    "iPhone XR": _iphone(414, 896, 2),
    "JioPhone 2": Device(
        240,
        320,
        1,
        "Mozilla/5.0 (Mobile; LYF/F300B/LYF-F300B-001-01-15-130718-i;Android; rv:48.0)"
        " Gecko/48.0 Firefox/48.0 KAIOS/2.5",
    ),
    "Laptop with HiDPI screen": Device(900, 1440, 2, is_mobile=False, has_touch=False),
    "Laptop with MDPI screen": Device(800, 1280, 1, is_mobile=False, has_touch=False),
    "Laptop with touch": Device(950, 1280, 1, is_mobile=False),
    "Moto G Power": _android("11; moto g power (2022)", 412, 823, 1.75),
    "Moto G4": _android("6.0.1; Moto G (4)", 360, 640, 3),
    "Nest Hub Max": Device(
        1280, 800, 2, _chrome("X11; Linux aarch64", f"{_CHROME} Safari/537.36 CrKey/1.54.250320")
    ),
    "Pixel 10": _android("16; Pixel 10", 412, 924, 2.625),
    "Pixel 7": _android("13; Pixel 7", 412, 915, 2.625),
    "Pixel 8": _android("14; Pixel 8", 412, 915, 2.625),
    "Pixel 8 Pro": _android("14; Pixel 8 Pro", 448, 997, 3),
    "Pixel 8a": _android("14; Pixel 8a", 412, 915, 2.625),
    "Pixel 9": _android("14; Pixel 9", 412, 924, 2.625),
    "Pixel 9 Pro": _android("14; Pixel 9 Pro", 427, 952, 3),
    "Pixel 9 Pro Fold": _android("14; Pixel 9 Pro Fold", 412, 922, 2.625),
    "Pixel 9 Pro XL": _android("14; Pixel 9 Pro XL", 448, 997, 3),
    "Samsung Galaxy 71": _android("8.0.0; SM-G955U Build/R16NW", 412, 914, 2.625),
    "Samsung Galaxy A51": _android("8.0.0; SM-G955U Build/R16NW", 412, 914, 2.625),
    "Samsung Galaxy A51/71": _android("8.0.0; SM-G955U Build/R16NW", 412, 914, 2.625),
    "Samsung Galaxy A55": _android("14; SM-A556B", 360, 800, 2.25),
    "Samsung Galaxy S20 Ultra": _android("13; SM-G981B", 412, 915, 3.5),
    "Samsung Galaxy S8+": _android("8.0.0; SM-G955U Build/R16NW", 360, 740, 4),
    "Surface Duo": _android("11.0; Surface Duo", 540, 720, 2.5),
    "Surface Pro 10": Device(960, 1440, 2, _WINDOWS),
    "Surface Pro 7": Device(912, 1368, 2, _WINDOWS),
}

_BY_FOLDED_NAME = {name.casefold(): name for name in DEVICES}


def spelling(device: str) -> str:
    """Return a device's name with the case that ChromeDriver expects, unchanged if not listed."""
    return _BY_FOLDED_NAME.get(device.casefold(), device)


def unknown_device(label: str, device: str) -> BrowserError:
    """Return the error for a device that a browser does not know.

    Args:
        label: The name of the browser for people.
        device: The name of the device.
    """
    return BrowserError(f"{label} knows no device {device!r}.{alternatives(device, DEVICES)}")
