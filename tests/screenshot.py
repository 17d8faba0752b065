"""A picture of the running app: `python tests/screenshot.py out.png [--width 1440] [--dark] [--node 10] [--seed 0]`."""
import argparse

from browser import browser, page, server, settled


def main() -> None:
    """Start the app, open it, save what is seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out")
    parser.add_argument("--width", type=int, default=1440)
    parser.add_argument("--height", type=int, default=900)
    parser.add_argument("--scale", type=float, default=1, help="device pixels per pixel")
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--full", action="store_true", help="the whole page, not the first screen alone")
    parser.add_argument("--node", default="")
    parser.add_argument("--seed", default="0")
    options = parser.parse_args()
    look = {"color_scheme": "dark" if options.dark else "light", "device_scale_factor": options.scale}
    with server() as address, browser() as instance, page(instance, options.width, options.height, **look) as visitor:
        visitor.goto(f"{address}/?node={options.node}&seed={options.seed}")
        settled(visitor)
        visitor.wait_for_timeout(1500)  # fonts, and the fading of what was there before
        visitor.screenshot(path=options.out, full_page=options.full)


if __name__ == "__main__":
    main()
