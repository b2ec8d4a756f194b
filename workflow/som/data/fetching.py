"""Files from addresses, in bounded time and size, whatever the server does."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urljoin

import requests

from ..files.logs import Progress

# Seconds in which the headers and then each `CHUNK` must arrive: less than 2 kB/s is no server.
TIMEOUT = 30.0
CHUNK = 2**16
AGAIN = 0.2  # Seconds after which a time-out that was passed over is raised again.
LONGEST = 7200.0  # Seconds for a whole file.
MOST_REDIRECTS = 10
LARGEST = 2**30  # Bytes of a file; the largest original, EMNIST's archive, has half of them.


def without_secrets(address: str) -> str:
    """Return an address as it may be printed: without credentials, query and fragment.

    Examples
    --------
    >>> without_secrets("https://me:secret@example.org/mnist/?token=secret")
    'https://example.org/mnist/'
    """
    if "://" not in address:
        return address
    scheme, _, rest = address.partition("://")
    place = rest.partition("?")[0].partition("#")[0]
    host, slash, path = place.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def join_address(folder: str, name: str) -> str:
    """Return the address of a file in a folder; a query stays behind it.

    Examples
    --------
    >>> join_address("https://example.org/mnist/?token=1", "images.gz")
    'https://example.org/mnist/images.gz?token=1'
    """
    place, mark, query = folder.partition("#")[0].partition("?")
    return f"{place.rstrip('/')}/{name}{mark}{query}"


def redirected(address: str, location: str) -> str:
    """Return the address to which a server at `address` redirects by `location`.

    Raises
    ------
    OSError
        If it is another scheme. From http to https is allowed: it is as good or better.

    Examples
    --------
    >>> redirected("https://example.org/a/b.gz", "/c.gz")
    'https://example.org/c.gz'
    """
    target = urljoin(address, location)
    schemes = [place.partition(":")[0].lower() for place in (address, target)]
    if schemes[1] not in ("http", "https"):
        raise OSError("it redirects to no http address")
    if schemes == ["https", "http"]:
        raise OSError("it redirects from https to http, which anybody on the way can read")
    return target


def fetch(address: str, path: Path, *, description: str, most: int | None = None) -> None:
    """Write the content of an http(s) address to `path`, byte for byte as it was sent.

    A transfer encoding that the server claims is not undone: many claim that a gzip file is an
    encoded plain file. A few redirects are followed (see `redirected`), and their own content,
    which may have no end, is not read. `most` is the number of bytes allowed, `LARGEST` if None.

    Raises
    ------
    OSError
        If it was not there, or did not arrive whole and in time; its text names no address.
    """
    if not address.lower().startswith(("http://", "https://")):
        raise OSError("only http:// and https:// addresses are fetched")
    try:
        _receive(address, path, description, LARGEST if most is None else most)
    except requests.HTTPError as error:
        status = "an error" if error.response is None else error.response.status_code
        raise OSError(f"the server answers {status}") from None
    except requests.TooManyRedirects:
        raise OSError("it redirects without end") from None
    except ValueError:  # InvalidSchema, InvalidURL and other errors of parsing an address.
        raise OSError("it is, or redirects to, no http address") from None
    except (TimeoutError, requests.Timeout):
        raise OSError(f"it is too slow: {TIMEOUT:g} s without {CHUNK:,} bytes") from None
    except requests.exceptions.SSLError:
        raise OSError("no secure connection") from None
    except requests.ConnectionError as error:
        if "timed out" in str(error).lower():  # urllib3's words for a stall within the body.
            raise OSError(f"it is too slow: {TIMEOUT:g} s without {CHUNK:,} bytes") from None
        raise OSError("no connection, or it broke off") from None
    except requests.RequestException as error:
        raise OSError(type(error).__name__) from None


class _Session(requests.Session):
    """A session that follows no redirect, as it would read the content of each as a whole."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None

    def location_of(self, response: requests.Response) -> str | None:
        """Return where a response redirects to, or None."""
        return super().get_redirect_target(response)


def _open(session: _Session, address: str) -> requests.Response:
    """Return the response of an address, or of that to which it redirects in the end.

    A name and password in the address are sent to the same host only.
    """
    auth: tuple[str, str] | None = requests.utils.get_auth_from_url(address)
    for _ in range(MOST_REDIRECTS + 1):
        response = session.get(
            address,
            auth=auth if auth and any(auth) else None,
            headers={"Accept-Encoding": "identity"},
            stream=True,
            timeout=TIMEOUT,
        )
        location = session.location_of(response)
        if location is None:
            return response
        response.close()
        target = redirected(address, location)
        if session.should_strip_auth(address, target):
            auth = None
        address = target
    raise requests.TooManyRedirects


def _receive(address: str, path: Path, description: str, most: int) -> None:
    started = time.monotonic()
    with _Session() as session:
        with time_limit(2 * TIMEOUT):
            response = _open(session, address)
        with response:
            response.raise_for_status()
            length = response.headers.get("Content-Length", "")
            total = int(length) if length.isdecimal() and len(length) < 20 else None
            received = 0
            with (
                path.open("wb") as file,
                Progress(desc=description, total=total, unit_scale=True) as bar,
            ):
                while chunk := _next_chunk(response):
                    file.write(chunk)
                    bar.update(len(chunk))
                    received += len(chunk)
                    if received > most:
                        raise OSError(f"it has more than {most:,} bytes")
                    if time.monotonic() - started > LONGEST:
                        raise OSError(f"it takes longer than {LONGEST:g} s")
            if total is not None and received != total:
                raise OSError(f"{received:,} bytes arrived instead of {total:,}")


def _next_chunk(response: requests.Response) -> bytes:
    from urllib3.exceptions import HTTPError

    try:
        with time_limit(TIMEOUT):
            return bytes(response.raw.read(CHUNK, decode_content=False))
    except HTTPError as error:  # What requests itself makes of it when it reads.
        raise requests.ConnectionError(str(error)) from error


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeoutError if the context takes longer, even in the middle of a system call.

    A library may catch that error and go on, so it is raised again and again until the context is
    left. A socket's own time-out starts again with each byte. Signals reach the main thread only,
    which a script's is; elsewhere there is no limit but the socket's.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> Any:
        raise TimeoutError("timed out")

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        try:
            signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    finally:  # Once more: the last alarm may have come just before the line above.
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
