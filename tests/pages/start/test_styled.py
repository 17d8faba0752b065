"""Pages are sent with our looks, after Streamlit's own; all else is sent as it is."""
from awaited import awaited

from pages.start.styled import FOR_ALL, FOR_ONE, Styled
from pages.ui.frame.menu import PAGES

LASTING = {"etag": "it"}
PAGE = b"<html><head><style>.a {}</style></head><body><div id='root'></div></body></html>"


def site(body: bytes, kind: str):
    async def answer(scope, receive, send):
        left_out = {b"if-none-match", b"accept-encoding"} & set(dict(scope["headers"]))
        assert not left_out or kind != "text/html", "what is compressed, or is not sent, can't be added to"
        headers = LASTING | {"content-type": kind, "content-length": str(len(body))}
        await send({"type": "http.response.start", "status": 200,
                    "headers": [(name.encode(), value.encode()) for name, value in headers.items()]})
        await send({"type": "http.response.body", "body": body[:20], "more_body": True})
        await send({"type": "http.response.body", "body": body[20:]})
    return answer


async def get(app, accept: str, **headers: str):
    """What a browser gets: the status, headers and body."""
    messages, asks = [], {"accept": accept, **headers}

    async def send(message):
        messages.append(message)

    await app({"type": "http", "method": "GET", "path": "/transmute",
               "headers": [(name.encode(), value.encode()) for name, value in asks.items()]}, None, send)
    start, *parts = messages
    found = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], found, b"".join(part.get("body", b"") for part in parts)


def sent(body: bytes, kind: str = "text/html", accept: str = "text/html,*/*", **asked: str):
    return awaited(get(Styled(site(body, kind)), accept, **asked))


def test_a_page_has_the_sheets_behind_everything_else():
    status, headers, body = sent(PAGE)
    assert status == 200 and headers["content-length"] == str(len(body)) and "etag" not in headers
    for sheet in (*FOR_ALL, *FOR_ONE):
        assert body.index(b"root") < body.index(sheet.read_bytes()) < body.index(b"</body>")
    assert body.replace(body[body.rindex(b"<style>"):body.rindex(b"</style>") + 8], b"") == PAGE


def test_the_sheets_of_single_pages_hold_there_alone():
    """As the menu names the page: by the key of its list (pages/ui/frame/menu.py)."""
    body = sent(PAGE)[2].decode()
    assert {f"pages/{sheet.stem}.py" for sheet in FOR_ONE} <= set(PAGES) and len(FOR_ONE) > 5
    for sheet in FOR_ONE:
        assert f"body:has(.st-key-more-{sheet.stem}) {{\n{sheet.read_text()}}}" in body


def test_what_is_no_page_is_sent_as_it_is():
    for kind, accept in (("text/javascript", "text/html"), ("text/html", "*/*")):
        _, headers, body = sent(PAGE, kind, accept)
        assert body == PAGE and headers["etag"] == "it" and headers["content-length"] == str(len(PAGE))
    assert sent(b"<p>half a page, no end</p>")[2] == b"<p>half a page, no end</p>"


def test_a_browser_that_has_an_older_page_is_sent_the_new_one():
    assert b"<style>" in sent(PAGE, **{"if-none-match": "it", "accept-encoding": "gzip"})[2]
