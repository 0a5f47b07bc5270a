"""Rules that said no. Each carries one sentence for the person; anything else is a bug and surfaces."""


class DomainError(Exception):
    """A rule of the domain refused an act. `str(error)` is the sentence shown to the person.

    `code` is a short stable name for tests and logs; `status` is what an answer without a form carries.
    """

    code = "refused"
    status = 409

    def __init__(self, message: object, *, code: str = "", status: int = 0) -> None:
        super().__init__(str(message))
        self.code = code or self.code
        self.status = status or self.status


class Conflict(DomainError):
    """Somebody else saved first. Carries both texts so that nothing typed is lost.

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
