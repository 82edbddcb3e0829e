"""How long the server waits for somebody to say what they want.  Floor 6.

uvicorn waits for ever: a few hundred connections that send a byte a minute would hold it up for everybody.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD = 20.0  # seconds for the whole head of a request
LARGEST_HEAD = 64 << 10  # bytes of it


class Patient(H11Protocol):
    """Hangs up where a request's head takes too long, from the connection on or from its first byte."""

    _given_up: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._begin()

    def data_received(self, data: bytes) -> None:
        if not self._answering():
            self._begin()
        super().data_received(data)
        if self._answering():
            self._stop()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._answering():  # what was sent behind the last request is answered already
            self._stop()

    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _begin(self) -> None:
        if self._given_up is None:
            self._given_up = self.loop.call_later(HEAD, self._hang_up)

    def _stop(self) -> None:
        if self._given_up is not None:
            self._given_up.cancel()
            self._given_up = None

    def _hang_up(self) -> None:
        self._given_up = None
        if not self._answering() and not self.transport.is_closing():
            self.transport.abort()
