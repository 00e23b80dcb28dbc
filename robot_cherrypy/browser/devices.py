"""The devices that ChromeDriver can emulate, as of Chromium 150.

The list lies in ChromeDriver itself (chrome/test/chromedriver/chrome/mobile_device_list.cc), which
has no command to show it. This copy serves to correct the case of a name and to suggest similar
names; a device that only ChromeDriver knows works as well.
"""

DEVICES = (
    "Asus Zenbook Fold",
    "Facebook on Android",
    "Galaxy Tab S4",
    "Galaxy Z Fold 5",
    "Galaxy Z Fold 6",
    "iPad Mini",
    "iPad Pro 13",
    "iPhone 12 Pro",
    "iPhone 14",
    "iPhone 14 Plus",
    "iPhone 14 Pro",
    "iPhone 14 Pro Max",
    "iPhone 15",
    "iPhone 15 Plus",
    "iPhone 15 Pro",
    "iPhone 15 Pro Max",
    "iPhone 16",
    "iPhone 16 Plus",
    "iPhone 16 Pro",
    "iPhone 16 Pro Max",
    "iPhone 16e",
    "iPhone SE",
    "iPhone XR",
    "JioPhone 2",
    "Laptop with HiDPI screen",
    "Laptop with MDPI screen",
    "Laptop with touch",
    "Moto G Power",
    "Moto G4",
    "Nest Hub Max",
    "Pixel 7",
    "Pixel 8",
    "Pixel 8 Pro",
    "Pixel 8a",
    "Pixel 9",
    "Pixel 9 Pro",
    "Pixel 9 Pro Fold",
    "Pixel 9 Pro XL",
    "Pixel 10",
    "Samsung Galaxy 71",
    "Samsung Galaxy A51",
    "Samsung Galaxy A51/71",
    "Samsung Galaxy A55",
    "Samsung Galaxy S20 Ultra",
    "Samsung Galaxy S8+",
    "Surface Duo",
    "Surface Pro 10",
    "Surface Pro 7",
)

_BY_FOLDED_NAME = {device.casefold(): device for device in DEVICES}


def spelling(device: str) -> str:
    """Return a device's name with the case that ChromeDriver expects, unchanged if not listed."""
    return _BY_FOLDED_NAME.get(device.casefold(), device)
