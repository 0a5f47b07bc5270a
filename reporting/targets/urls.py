"""Addresses of targets and progress."""

from django.urls import path

from reporting.targets.views import approval, edit, lists, progress

PERIOD = "g/<slug:group>/targets/<int:first>-<int:last>/"

urlpatterns = [
    path("groups/<slug:group>/targets/", lists.target_public, name="target-public"),
    path("g/<slug:group>/targets/", lists.target_list_current, name="target-list-current"),
    path(PERIOD, lists.target_list, name="target-list"),
    path(PERIOD + "targets.csv", lists.target_export, name="target-export"),
    path(PERIOD + "add/", edit.target_add, name="target-add"),
    path(PERIOD + "send/", approval.target_send, name="target-send"),
    path(PERIOD + "review/", approval.target_review, name="target-review"),
    path("g/<slug:group>/targets/<int:target>/", lists.target_detail, name="target-detail"),
    path("g/<slug:group>/targets/<int:target>/edit/", edit.target_edit, name="target-edit"),
    path("g/<slug:group>/targets/<int:target>/drop/", edit.target_drop, name="target-drop"),
    path("g/<slug:group>/targets/<int:target>/<int:year>/", progress.progress_edit, name="progress-edit"),
]
