"""A picture of the running app: `python tests/tools/screenshot.py out.png ["hybrids?a=4&b=9"] [--width 1440]
[--dark]`."""
import argparse

from browser import browser, page, server, settled


def main() -> None:
    """Start the app, open it, save what is seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out")
    parser.add_argument("link", nargs="?", default="", help="page and settings, as after the address")
    parser.add_argument("--width", type=int, default=1440)
    parser.add_argument("--height", type=int, default=900)
    parser.add_argument("--scale", type=float, default=1, help="device pixels per pixel")
    parser.add_argument("--dark", action="store_true")
    options = parser.parse_args()
    look = {"color_scheme": "dark" if options.dark else "light", "device_scale_factor": options.scale}
    with server() as address, browser() as instance, page(instance, options.width, options.height, **look) as visitor:
        visitor.goto(f"{address}/{options.link}")
        settled(visitor)
        visitor.wait_for_timeout(2500)  # fonts, and the fading of what was there before
        visitor.screenshot(path=options.out)


if __name__ == "__main__":
    main()
