"""How the portal is doing: the one reading that the health address, the metrics and the alarms use."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

import redis
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.db.models import Count, Min, Q

from core import clock
from core.mail import live
from core.mail.models import MailState, OutgoingMail
from core.models import Heartbeat

QUEUE = "celery"  # Celery's name for the list of waiting jobs
BEAT = "jobs"  # the heartbeat that beat asks for and a worker writes
SECONDS = 2  # how long a reading may wait for the database's tables

# House rules: from these on, a person is told.
MAIL_LATE = timedelta(minutes=15)
BEAT_LATE = timedelta(minutes=5)
LATELY = timedelta(hours=1)


@dataclass(frozen=True)
class State:
    """The state at one moment. A value is None when it could not be read."""

    database: bool
    redis: bool
    mail_live: bool | None = None
    mails: dict[str, int] = field(default_factory=dict)
    oldest_mail_seconds: int | None = None
    mails_failed_lately: int | None = None
    jobs_waiting: int | None = None
    beat_seconds: int | None = None

    def as_json(self) -> dict[str, object]:
        """Return the state for the health address. It contains no address, no text and no secret."""
        return asdict(self)


@dataclass(frozen=True)
class Problem:
    """Something that a person has to see to. A person is told about a kind once an hour."""

    kind: str
    sentence: str


def database_answers() -> bool:
    """Return whether the database answers a statement."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _jobs_waiting() -> int | None:
    """Return how many jobs are waiting, or None when Redis does not answer."""
    client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)
    try:
        return int(client.llen(QUEUE))
    except (redis.RedisError, OSError):
        return None
    finally:
        client.close()


def state() -> State:
    """Read the present state. It waits two seconds at most for a locked table, and raises nothing."""
    jobs = _jobs_waiting()
    known = {"redis": jobs is not None, "jobs_waiting": jobs}
    if not database_answers():
        return State(database=False, **known)  # type: ignore[arg-type]
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL statement_timeout = '{SECONDS}s'")
            return State(database=True, **known, **_stored())  # type: ignore[arg-type]
    except DatabaseError:
        return State(database=True, **known)  # type: ignore[arg-type]


def _stored() -> dict[str, object]:
    now = clock.now()
    due = Q(state=MailState.QUEUED, not_before__lte=now)
    failed = Q(state__in=(MailState.FAILED, MailState.UNSURE), claimed_at__gte=now - LATELY)
    counted = OutgoingMail.objects.aggregate(
        **{state.value: Count("pk", filter=Q(state=state)) for state in MailState},
        oldest=Min("not_before", filter=due),
        failed_lately=Count("pk", filter=failed),
    )
    beat = Heartbeat.objects.filter(name=BEAT).values_list("at", flat=True).first()
    return {
        "mail_live": live.is_live(),
        "mails": {state.value: counted[state.value] for state in MailState},
        "oldest_mail_seconds": _age(counted["oldest"], now),
        "mails_failed_lately": counted["failed_lately"],
        "beat_seconds": _age(beat, now),
    }


def _age(moment: datetime | None, now: datetime) -> int | None:
    return max(0, int((now - moment).total_seconds())) if moment else None


def beat() -> None:
    """Write down that a scheduled job has run."""
    Heartbeat.objects.update_or_create(name=BEAT, defaults={"at": clock.now()})


def problems(state: State) -> list[Problem]:
    """Return what a person has to see to, the worst first."""
    if not state.database:
        return [Problem("database", "The database does not answer. Pages show that the portal is away.")]
    found = []
    if not state.redis:
        found.append(Problem("redis", "Redis does not answer. No job runs, and no mail is sent."))
    elif state.beat_seconds is None or state.beat_seconds > BEAT_LATE.total_seconds():
        when = "ever" if state.beat_seconds is None else f"for {state.beat_seconds // 60} minutes"
        part = (
            f"The worker does not work: {state.jobs_waiting} jobs are waiting"
            if state.jobs_waiting
            else "Beat does not work: no job is waiting"
        )
        found.append(Problem("jobs", f"No scheduled job has run {when}. {part}."))
    if state.mail_live and (state.oldest_mail_seconds or 0) > MAIL_LATE.total_seconds():
        found.append(
            Problem(
                "mail-late",
                f"{state.mails[MailState.QUEUED]} mails are waiting, the oldest for "
                f"{(state.oldest_mail_seconds or 0) // 60} minutes.",
            )
        )
    if state.mails_failed_lately:
        found.append(Problem("mail-failed", f"{state.mails_failed_lately} mails failed in the last hour."))
    return found
