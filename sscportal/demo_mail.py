"""The demo's mail, readable in the browser."""

urlpatterns: list = []
