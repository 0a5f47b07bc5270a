"""Room for fundraising clearance and funds; the network roles that decide there exist already."""

from django.apps import AppConfig


class FinanceConfig(AppConfig):
    name = "finance"
