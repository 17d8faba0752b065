"""What was measured, planted, for the page "Other ways"."""
import pytest
from planted_methods import plant

from branched import MeasuredMethods, measured_methods


@pytest.fixture(scope="session")
def planted_folder(tmp_path_factory):
    """A folder with planted files; nothing may change them."""
    return plant(tmp_path_factory.mktemp("measured"))


@pytest.fixture(scope="session")
def methods(planted_folder) -> MeasuredMethods:
    return measured_methods(planted_folder)


@pytest.fixture
def planted(planted_folder, monkeypatch):
    """The app and the library find the planted files."""
    monkeypatch.setenv("BRANCHED_MODELS", str(planted_folder))
    return planted_folder
