"""Addresses of this app: the directory, the public pages, and the group's own area."""

from django.urls import path

from groups.views import logos, offices, public, workspace

app_name = "groups"
urlpatterns = [
    path("", public.directory, name="directory"),
    path("groups/<slug:group>/", public.group_detail, name="group-detail"),
    path("my-groups/", workspace.my_groups, name="my-groups"),
    path("g/<slug:group>/", workspace.overview, name="workspace"),
    path("g/<slug:group>/details/", workspace.group_edit, name="group-edit"),
    path("groups/<slug:group>/logo.png", logos.group_logo, name="group-logo"),
    path("g/<slug:group>/details/logo/", logos.logo_edit, name="logo-edit"),
    path("g/<slug:group>/history/", workspace.history, name="history"),
    path("g/<slug:group>/leadership/", offices.leadership, name="leadership"),
    path("g/<slug:group>/leadership/appoint/", offices.office_appoint, name="office-appoint"),
    path("g/<slug:group>/leadership/delegate/", offices.leadership_delegate, name="leadership-delegate"),
    path("g/<slug:group>/leadership/<int:appointment>/end/", offices.office_end, name="office-end"),
]
