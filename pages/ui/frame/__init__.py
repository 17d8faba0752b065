"""What every page has. It is not imported before the libraries are, if a server is about that (`ahead` says why)."""
from pages.start import ahead

ahead.wait()
