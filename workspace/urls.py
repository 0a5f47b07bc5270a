"""Addresses of this app."""

from django.urls import path

from workspace.views import directory, groups, offices, tasks

app_name = "workspace"
urlpatterns = [
    path("", directory.directory, name="directory"),
    path("groups/<slug:group>/", groups.group_detail, name="group-detail"),
    path("my-groups/", groups.my_groups, name="my-groups"),
    path("g/<slug:group>/", groups.overview, name="overview"),
    path("g/<slug:group>/leadership/appoint/", offices.office_appoint, name="office-appoint"),
    path("tasks/", tasks.task_list, name="task-list"),
]
