"""Fetch the runtime anew: `python -m branched.one_page.runtime`."""
import base64
import gzip
import hashlib
import io
import tarfile
from urllib.request import urlopen

from . import FILES, HERE, said


def main() -> None:
    """Download the package, check it against npm's checksum, and write what a page needs."""
    source = said()["source"]
    with urlopen(source["url"]) as answer:  # noqa: S310 - an address from our own file
        package = answer.read()
    kind, _, mark = source["integrity"].partition("-")
    if base64.b64encode(hashlib.new(kind, package).digest()).decode() != mark:
        raise SystemExit("The package is not the one that runtime.json names; nothing was written.")
    with tarfile.open(fileobj=io.BytesIO(package)) as files:
        for file in FILES.values():
            data = files.extractfile(f"package/dist/{file}").read()
            if hashlib.sha256(data).hexdigest() != said()["files"][file]:
                raise SystemExit(f"{file} is another one than runtime.json names; nothing of it was written.")
            (HERE / f"{file}.gz").write_bytes(gzip.compress(data, 9, mtime=0))
            print(f"{file}: {len(data):,} bytes, as it should be")


if __name__ == "__main__":
    main()
