"""Addresses of this app."""

from django.urls import include, path

from members.views import handshakes, invitations, join, lists, own

app_name = "members"

in_group = [
    path("", lists.member_list, name="member-list"),
    path("export/", lists.member_export, name="member-export"),
    path("invite/", handshakes.person_invite, name="person-invite"),
    path("<int:pk>/", lists.member_detail, name="member-detail"),
    path("<int:pk>/end/", lists.member_end, name="member-end"),
    path("invitations/<int:pk>/", handshakes.invitation_detail, name="invitation-detail"),
    path("invitations/<int:pk>/send/", handshakes.invitation_send, name="invitation-send"),
    path("invitations/<int:pk>/withdraw/", handshakes.invitation_withdraw, name="invitation-withdraw"),
    path("invitations/<int:pk>/address/", handshakes.invitation_readdress, name="invitation-readdress"),
    path("requests/<int:pk>/", handshakes.request_detail, name="request-detail"),
    path("requests/<int:pk>/accept/", handshakes.request_accept, name="request-accept"),
    path("requests/<int:pk>/decline/", handshakes.request_decline, name="request-decline"),
]
# The pages of an invitation in a browser that has opened the link of its mail.
opened = [
    path("", invitations.invitation_opened, name="invitation-opened"),
    path("accept/", invitations.invitation_accept, name="invitation-accept"),
    path("decline/", invitations.invitation_decline, name="invitation-decline"),
    path("declined/", invitations.invitation_declined, name="invitation-declined"),
    path("new-link/", invitations.invitation_new_link, name="invitation-new-link"),
    path("sign-out/", invitations.invitation_sign_out, name="invitation-sign-out"),
    path("other-address/", invitations.invitation_other_address, name="invitation-other-address"),
    path("prove/", invitations.invitation_prove, name="invitation-prove"),
]
urlpatterns = [
    path("g/<slug:group>/members/", include(in_group)),
    # The only address with a secret. core.logs.SECRET_PATHS names it, so that no log contains the secret.
    path("invitation/<str:secret>/", invitations.invitation, name="invitation"),
    # A mail program may take the sign after the link for a part of it: "…/>", "…/)".
    path("invitation/<path:secret>", invitations.invitation, name="invitation-with-more"),
    path("opened-invitations/<int:pk>/", include(opened)),
    path("my-invitations/", own.my_invitations, name="my-invitations"),
    path("my-invitations/<int:pk>/", own.my_invitation, name="my-invitation"),
    path("my-invitations/<int:pk>/accept/", own.my_invitation_accept, name="my-invitation-accept"),
    path("my-invitations/<int:pk>/decline/", own.my_invitation_decline, name="my-invitation-decline"),
    path("my-invitations/<int:pk>/withdraw/", own.my_request_withdraw, name="my-request-withdraw"),
    path("my-memberships/<int:pk>/leave/", own.membership_leave, name="membership-leave"),
    path("join/", join.join, name="join"),
    path("join/<slug:slug>/", join.join_group, name="join-group"),
]
