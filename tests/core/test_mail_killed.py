"""The test kills a real sender process with SIGKILL many times and counts the mails at a real mail server.

No mail is lost. At each kill, at most one mail arrives twice: the one that was being sent, with the same
Message-ID. A kill at any other moment repeats no mail.
"""

import email
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from core.mail import outbox
from core.mail.eligibility import Unchecked
from core.models import MailState, OutgoingMail
from devstack.processes import free_port

MAILS = 60
KILLS = 4
SENDER = """
import os, signal, sys
import django
django.setup()
from core.mail import sender
print("ready", flush=True)
while sender.send_waiting().more:
    pass
"""


@pytest.fixture
def sink_process(tmp_path):
    """The demo's mail server as a process of its own: its port and its folder."""
    port, folder = free_port(), tmp_path / "mail"
    program = [sys.executable, "-m", "devstack.sink", "--port", str(port), "--dir", str(folder)]
    with subprocess.Popen(program, stderr=subprocess.PIPE, text=True) as process:
        assert "listens" in process.stderr.readline()
        yield port, folder
        process.terminate()


def sender_environment(port, shift):
    """The run-time role on the test database, a clock that runs ahead so that rows left open are taken up again."""
    url = urlsplit(os.environ["DATABASE_URL"])
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "sscportal.settings.demo",
        "DATABASE_URL": urlunsplit(url._replace(path=f"/{connection.settings_dict['NAME']}")),
        "SSC_SMTP_URL": f"smtp://127.0.0.1:{port}",
        "SSC_CLOCK_SHIFT": str(shift),
    }


def run_sender(port, shift, kill_after=None):
    """Start a sender; kill it that long after it was ready, or let it finish."""
    with subprocess.Popen(
        [sys.executable, "-c", SENDER],
        env=sender_environment(port, shift),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "ready\n", process.stderr.read()
        if kill_after is not None:
            time.sleep(kill_after)
            process.send_signal(signal.SIGKILL)
        _out, errors = process.communicate(timeout=60)
        assert process.returncode in ((0, -signal.SIGKILL) if kill_after is not None else (0,)), errors


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_a_sender_killed_again_and_again_loses_nothing_and_repeats_only_what_was_on_the_line(
    sink_process, record_property
):
    port, folder = sink_process
    for number in range(MAILS):
        outbox.queue(
            key=f"tests:{number}",
            purpose="tests.killed",
            to=f"reader{number}@example.org",
            subject=f"Subject {number}",
            text="Words",
            still_due=Unchecked.PERSON_WAITS,
        )
    chance = random.Random(7)
    for kill in range(KILLS):
        run_sender(port, shift=kill * 900, kill_after=chance.uniform(0.02, 0.15))
        if kill == 0:  # the control: the first kill came in the middle of the work
            assert OutgoingMail.objects.exclude(state=MailState.SENT).exists()
    for again in range(3):
        run_sender(port, shift=(KILLS + again) * 900)

    arrived = Counter(
        email.message_from_bytes(path.read_bytes())["Message-ID"] for path in folder.glob("*.eml")
    )
    states = Counter(OutgoingMail.objects.values_list("state", flat=True))
    record_property("messages arrived more than once", sum(arrived.values()) - MAILS)
    assert set(arrived) == set(OutgoingMail.objects.values_list("message_id", flat=True))
    assert sum(arrived.values()) - MAILS <= KILLS
    assert max(arrived.values()) <= 2
    assert states[MailState.SENT] + states[MailState.UNSURE] == MAILS
    assert set(states) <= {MailState.SENT, MailState.UNSURE}
