"""Addresses of the demo's own pages, under /demo/. They exist only in demo mode."""

from django.urls import path, register_converter

from devstack import codes, mail

app_name = "demo"
register_converter(mail.MessageName, "message")
urlpatterns = [
    path("mail/", mail.mail_list, name="mail-list"),
    path("mail/<message:message>/", mail.mail_detail, name="mail-detail"),
    path("codes/", codes.code_list, name="code-list"),
]
