"""What was sent. Duties themselves are derived; nothing of them is stored."""

from django.conf import settings
from django.db import models


class SentReminder(models.Model):
    """One reminder step of one duty to one person: the row that makes it happen once. Only ever added."""

    duty_key = models.CharField(max_length=120)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=30)
    due_on = models.DateField()
    sent_at = models.DateTimeField()
    # The mail that carried it; a mail carries every step that was due for the person that day.
    mail_key = models.CharField(max_length=200, blank=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["duty_key", "person", "step"], name="reminder_once")]

    def __str__(self) -> str:
        return f"{self.duty_key} {self.step}"
