"""Every address of the portal. All pages start with the language; health and the demo's pages do not."""

from allauth.account import views as allauth_views
from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from accounts.views import signup
from core import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/", views.health, name="health"),
    path(".well-known/security.txt", views.security_txt, name="security-txt"),
    path("health/live", views.live, name="health-live"),
    path("health/ready", views.ready, name="health-ready"),
    path("metrics", views.metrics, name="metrics"),
    path("", login_not_required(RedirectView.as_view(pattern_name="workspace:directory")), name="root"),
]
urlpatterns += i18n_patterns(
    path("", include("workspace.urls")),
    path("", include("groups.urls")),
    path("", include("duties.urls")),
    path("", include("members.urls")),
    path("", include("reporting.urls")),
    path("office/", include("office.urls")),
    path("", include("core.urls")),
    path("profile/", include("accounts.urls")),
    path("account/", include("allauth.urls")),
    # Short addresses for people to read and type. Django builds links with the last pattern of a name.
    path("sign-in/", allauth_views.login, name="account_login"),
    path("sign-in/code/", allauth_views.request_login_code, name="account_request_login_code"),
    path("register/", signup, name="account_signup"),
)
if settings.DEMO_MODE:
    urlpatterns += [path("demo/", include("devstack.urls"))]

handler400 = "core.views.bad_request"
handler403 = "core.views.permission_denied"
handler404 = "core.views.page_not_found"
handler500 = "core.views.server_error"
