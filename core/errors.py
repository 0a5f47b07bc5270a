"""Errors for acts that a rule refuses. Each has one sentence for the person. Any other exception is a bug."""


class DomainError(Exception):
    """A rule of the domain refused an act. `str(error)` is the sentence shown to the person.

    `code` is a short stable name for tests and logs. `status` is the HTTP status of a response that shows no form.
    """

    code = "refused"
    status = 409

    def __init__(self, message: object, *, code: str = "", status: int = 0) -> None:
        super().__init__(str(message))
        self.code = code or self.code
        self.status = status or self.status


class Conflict(DomainError):
    """Another person saved first. The error has both texts, so that the page can show them side by side.

    `theirs` and `yours` map a field's name to its text.
    """

    code = "conflict"

    def __init__(self, message: object, *, theirs: dict[str, str], yours: dict[str, str]) -> None:
        super().__init__(message)
        self.theirs = theirs
        self.yours = yours


class NotAllowed(DomainError):
    """The person's roles do not allow this act here, or the person would decide about themselves."""

    code = "not-allowed"
    status = 403
