"""The mail sinks: the demo's sink writes complete files, the tests' sink fails when a test asks for it."""

import smtplib
import subprocess
import sys
import time
from email import message_from_bytes
from pathlib import Path

import pytest
from django.core.mail import EmailMessage

from devstack.processes import free_port
from devstack.sink import keep

ROOT = Path(__file__).resolve().parents[2]


def mail(to: str = "b@x.example") -> EmailMessage:
    return EmailMessage("Hello", "A line.", "a@x.example", [to])


def test_kept_messages_sort_by_time_and_leave_no_part_behind(tmp_path):
    paths = [keep(tmp_path, b"Subject: %d\r\n\r\n" % number) for number in range(50)]
    assert sorted(tmp_path.iterdir()) == paths
    assert paths[7].read_bytes() == b"Subject: 7\r\n\r\n"


@pytest.mark.process
def test_sink_program_keeps_what_it_accepts(tmp_path):
    port = free_port()
    argv = [sys.executable, "-m", "devstack.sink", "--port", str(port), "--dir", str(tmp_path)]
    process = subprocess.Popen(argv, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    assert "listens" in process.stderr.readline()
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.sendmail("a@x.example", ["b@x.example"], "Subject: Grüße\r\n\r\nA line.\r\n".encode())
    (path,) = tmp_path.glob("*.eml")
    message = message_from_bytes(path.read_bytes())
    assert message["X-Envelope-To"] == "b@x.example"
    assert message.get_payload().strip() == "A line."
    process.terminate()
    assert process.wait(10) == 0


def test_sink_receives_what_the_portal_sends(smtp_sink):
    assert mail().send() == 1
    assert [message["Subject"] for message in smtp_sink.messages] == ["Hello"]
    assert smtp_sink.recipients == ["b@x.example"]


def test_sink_fails_in_each_way_it_is_told_to(smtp_sink):
    smtp_sink.put_off()
    with pytest.raises(smtplib.SMTPDataError) as put_off:
        mail().send()
    assert put_off.value.smtp_code == 451

    smtp_sink.refuse()
    with pytest.raises(smtplib.SMTPDataError) as refused:
        mail().send()
    assert refused.value.smtp_code == 550

    smtp_sink.refuse_connections()
    with pytest.raises(ConnectionRefusedError):
        mail().send()

    smtp_sink.accept()
    smtp_sink.refuse_recipient("gone@x.example")
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        mail("gone@x.example").send()
    assert smtp_sink.messages == []
    assert mail().send() == 1
    assert len(smtp_sink.messages) == 1


def test_slow_sink_takes_its_time(smtp_sink):
    smtp_sink.be_slow(0.3)
    began = time.monotonic()
    mail().send()
    assert time.monotonic() - began >= 0.3


@pytest.mark.parametrize(("loses_answer", "kept"), [(False, 2), (True, 3)])
def test_sink_dies_after_so_many(smtp_sink, loses_answer, kept):
    smtp_sink.die_after(2, loses_answer=loses_answer)
    assert [mail().send(), mail().send()] == [1, 1]
    with pytest.raises(smtplib.SMTPServerDisconnected):
        mail().send()
    assert len(smtp_sink.messages) == kept
