"""Addresses of the pages that belong to no other app."""

from django.urls import path

from core import views

app_name = "core"
urlpatterns = [
    path("accessibility/", views.accessibility, name="accessibility"),
    path("privacy/", views.privacy, name="privacy"),
    path("guidance/", views.guidance, name="guidance"),
    path("components/", views.component_sheet, name="components"),
]
