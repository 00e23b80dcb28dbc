"""The devices that ChromeDriver can emulate, as of Chromium 150.

ChromeDriver alone decides which there are; it offers no way to ask. This list serves to put a name
into its spelling and to suggest near ones (chrome/test/chromedriver/chrome/mobile_device_list.cc).
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

BY_FOLDED_NAME = {device.casefold(): device for device in DEVICES}


def spelling(device: str) -> str:
    """Return the device's name in ChromeDriver's spelling; a name that is not listed stays."""
    return BY_FOLDED_NAME.get(device.casefold(), device)
