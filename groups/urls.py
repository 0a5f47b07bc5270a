"""Addresses of this app: a group's details, logo, history and leadership."""

from django.urls import path

from groups.views import details, logos, offices

app_name = "groups"
urlpatterns = [
    path("groups/<slug:group>/logo.png", logos.group_logo, name="group-logo"),
    path("g/<slug:group>/details/", details.group_edit, name="group-edit"),
    path("g/<slug:group>/details/logo/", logos.logo_edit, name="logo-edit"),
    path("g/<slug:group>/history/", details.history, name="history"),
    path("g/<slug:group>/leadership/", offices.leadership, name="leadership"),
    path("g/<slug:group>/leadership/delegate/", offices.leadership_delegate, name="leadership-delegate"),
    path("g/<slug:group>/leadership/<int:appointment>/end/", offices.office_end, name="office-end"),
]
