"""The reminders that were sent. Duties are derived each time and are not stored."""

from django.conf import settings
from django.db import models


class SentReminder(models.Model):
    """A step of a duty that was sent to a person. The row prevents a second mail. Rows are only added."""

    duty_key = models.CharField(max_length=120)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=30)
    due_on = models.DateField()
    sent_at = models.DateTimeField()
    # The key of the mail. One mail contains all steps that were due for the person on that day.
    mail_key = models.CharField(max_length=200, blank=True, db_default="", db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["duty_key", "person", "step"], name="reminder_once")]

    def __str__(self) -> str:
        return f"{self.duty_key} {self.step}"
