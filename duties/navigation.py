"""The first link of the header: what there is to do."""

from django.utils.translation import gettext_lazy as _

from core.navigation import Link, add_main

add_main(Link(_("My tasks"), "duties:task-list", 10, when=lambda request: request.user.is_authenticated))
