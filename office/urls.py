"""Addresses of this app, under /office/."""

from django.urls import path

from office import views

app_name = "office"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("reports.csv", views.report_export, name="report-export"),
    path("mail/", views.mail_queue, name="mail-queue"),
    path("mail/<int:mail>/retry/", views.mail_retry, name="mail-retry"),
]
