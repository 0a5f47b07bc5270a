"""Addresses of this app, under /office/."""

from django.urls import path

from office import views

app_name = "office"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("reports/", views.report_list, name="report-list"),
    path("reports.csv", views.report_export, name="report-export"),
    path("targets/", views.target_list, name="target-list"),
    path("targets.csv", views.target_export, name="target-export"),
    path("mail/", views.mail_queue, name="mail-queue"),
    path("mail/retry/", views.mail_retry_all, name="mail-retry-all"),
    path("mail/<int:mail>/retry/", views.mail_retry, name="mail-retry"),
]
