"""Addresses of this app. The sign-in pages are django-allauth's."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.profile, name="profile"),
    path("confirm/", views.prove_again, name="prove-again"),
]
