"""Addresses of this app."""

from django.urls import path

from duties import views

app_name = "duties"
urlpatterns = [
    path("notifications/", views.notifications, name="notifications"),
]
