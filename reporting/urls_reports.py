"""Addresses of annual reports: in the group, at the Chair's Office, and published."""

from django.urls import path

from reporting.views import leaders, office, public

urlpatterns = [
    path("g/<slug:group>/report/", leaders.report_current, name="report-current"),
    path("g/<slug:group>/report/<int:year>/", leaders.report_detail, name="report-detail"),
    path("g/<slug:group>/report/<int:year>/preview/", leaders.report_preview, name="report-preview"),
    path("g/<slug:group>/report/<int:year>/send/", leaders.report_send, name="report-send"),
    path("g/<slug:group>/report/<int:year>/sent/", leaders.report_sent, name="report-sent"),
    path("g/<slug:group>/report/<int:year>/share/", leaders.report_share, name="report-share"),
    path(
        "g/<slug:group>/report/<int:year>/share/<int:grant>/end/",
        leaders.report_unshare,
        name="report-unshare",
    ),
    path("g/<slug:group>/report/<int:year>/<slug:section>/", leaders.report_section, name="report-section"),
    path(
        "g/<slug:group>/report/<int:year>/<slug:section>/answer/", leaders.report_answer, name="report-answer"
    ),
    path("office/reports/<slug:group>/<int:year>/", office.report_review, name="report-review"),
    path("office/reports/<slug:group>/<int:year>/extend/", office.report_extend, name="report-extend"),
    path(
        "office/reports/<slug:group>/<int:year>/comments/<int:comment>/settle/",
        office.review_resolve,
        name="review-resolve",
    ),
    path(
        "office/reports/<slug:group>/<int:year>/<slug:section>/comment/",
        office.review_comment,
        name="review-comment",
    ),
    path("reports/", public.published_list, name="published-list"),
    path("groups/<slug:group>/reports/<int:year>/", public.published_detail, name="published-detail"),
    path("groups/<slug:group>/reports/<int:year>/report.pdf", public.published_pdf, name="published-pdf"),
    path(
        "groups/<slug:group>/reports/<int:year>/figures.csv",
        public.published_figures,
        name="published-figures",
    ),
]
