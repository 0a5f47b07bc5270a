"""Addresses of the pages that belong to no other app."""

from django.urls import path

from core import kept_views, views

app_name = "core"
urlpatterns = [
    path("accessibility/", views.accessibility, name="accessibility"),
    path("privacy/", views.privacy, name="privacy"),
    path("guidance/", views.guidance, name="guidance"),
    path("components/", views.component_sheet, name="components"),
    path("kept/", kept_views.kept_list, name="kept-list"),
    path("kept/save/", kept_views.text_save, name="text-save"),
    path("kept/<uuid:form>/", kept_views.kept_text, name="kept-text"),
]
