"""Addresses of targets and progress."""

from django.urls import path

from reporting.targets.views import progress, targets

PERIOD = "g/<slug:group>/targets/<int:first>-<int:last>/"

urlpatterns = [
    path("groups/<slug:group>/targets/", targets.target_public, name="target-public"),
    path("g/<slug:group>/targets/", targets.target_list_current, name="target-list-current"),
    path(PERIOD, targets.target_list, name="target-list"),
    path(PERIOD + "targets.csv", targets.target_export, name="target-export"),
    path(PERIOD + "add/", targets.target_add, name="target-add"),
    path(PERIOD + "send/", targets.target_send, name="target-send"),
    path(PERIOD + "review/", targets.target_review, name="target-review"),
    path("g/<slug:group>/targets/<int:target>/", targets.target_detail, name="target-detail"),
    path("g/<slug:group>/targets/<int:target>/edit/", targets.target_edit, name="target-edit"),
    path("g/<slug:group>/targets/<int:target>/drop/", targets.target_drop, name="target-drop"),
    path("g/<slug:group>/targets/<int:target>/<int:year>/", progress.progress_edit, name="progress-edit"),
]
