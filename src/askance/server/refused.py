"""An answer that is no.  Floor 6."""


class Refused(Exception):
    """status, code, sentence: an answer in the one shape that errors have."""

    def __init__(self, status: int, code: str, message: str):
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
