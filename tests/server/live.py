"""A real server on a real port, and a line to it that breaks."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """-> its address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


@contextmanager
def breaking(address: str, lose: int) -> Iterator[tuple[str, list[bytes]]]:
    """A line to the server on which the first answers are lost: what was sent arrives, and nothing comes back.

    -> its address, and what was sent over it
    """
    to, seen = ("127.0.0.1", int(address.rpartition(":")[2])), []  # type: tuple[str, int], list[bytes]
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.1)
        over = threading.Event()

        def run() -> None:
            while not over.is_set():
                try:
                    near, _ = listening.accept()
                except TimeoutError:
                    continue
                with near, socket.create_connection(to) as far:
                    _carried(near, far, len(seen) >= lose, seen)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}", seen
        finally:
            over.set()
            thread.join(5)


def _carried(near: socket.socket, far: socket.socket, whole: bool, seen: list[bytes]) -> None:
    """One request, whose answer the server is waited for, and told only where `whole`."""
    near.settimeout(5)
    far.settimeout(5)
    head = b""
    while b"\r\n\r\n" not in head:
        head += near.recv(65536)
    before, _, body = head.partition(b"\r\n\r\n")
    length = next((int(h.split(b":")[1]) for h in before.split(b"\r\n") if h.lower().startswith(b"content-length")), 0)
    while len(body) < length:
        body += near.recv(65536)
    seen.append(body)
    far.sendall(before.replace(b"\r\nConnection: keep-alive", b"\r\nConnection: close") + b"\r\n\r\n" + body)
    answer = b""
    while part := far.recv(65536):
        answer += part
    if whole:
        near.sendall(answer)
