import json, re
import pytest
from django.urls import reverse
from core.scope import group_scope
from django.db import transaction
from core import clock
from datetime import timedelta
from groups.models import Quadrennium
from members import actions
from members.models import Handshake
from tests import factories
from tests.members.helpers import invite, request as ask, secret_in_mail, memberships
from tests.conftest import make_cast

def test_look(open_browser, sign_in, reference):
    group = factories.make_group("Cat Specialist Group", slug="cat", remit="Wild cats (Felidae)", membership_criteria="People who work on wild cats in the field.")
    other = factories.make_group("Otter Specialist Group", slug="otter")
    leader = factories.make_person("Inès", "Vauclair"); factories.make_member(group, leader); factories.appoint(group, leader, "co_chair")
    last = Quadrennium.objects.filter(ends_on__lt=Quadrennium.current().starts_on).last()
    names = [("Oyelaran","Adebayo","NG"),("Noor","Al-Hashimi","OM"),("Sigrid","Aune","NO"),("Rinchen","Dolkar","BT"),("Lucía","Ferreyra","AR"),("Jean-Baptiste","Rakotomalala","MG")]
    for i,(g,f,c) in enumerate(names):
        p = factories.make_person(g,f,country=c,institution="University of Somewhere",expertise="Camera traps, genetics")
        factories.make_member(group,p,quadrennium=last)
        if i<4: factories.make_member(group,p)
    for i in range(24): factories.make_member(group)
    guest = factories.make_person("Mei-Ling","Hsu",email="guest@example.org")
    stranger = factories.make_person("Paulo","Quintanilha",country="BR",institution="Universidade", expertise="Jaguars")
    h = invite(group, leader, message="Mei-Ling, your work on clouded leopards is dear to us.", given_name="Mei-Ling", family_name="Hsu")
    s = secret_in_mail("guest@example.org")
    r = ask(group, stranger)
    h2 = invite(group, leader, "late@example.org")
    s2 = secret_in_mail("late@example.org")
    with group_scope(group), transaction.atomic():
        Handshake.objects.filter(pk=h2.pk).update(expires_at=clock.now()-timedelta(days=1))
    (m,) = memberships(group, leader)
    pages = {
      "leader": [("list", reverse("members:member-list",args=["cat"])),("asked",reverse("members:member-list",args=["cat"])+"?show=asked"),("notyet",reverse("members:member-list",args=["cat"])+"?show=not-yet"),
        ("invite",reverse("members:person-invite",args=["cat"])),("invitation",reverse("members:invitation-detail",args=["cat",h.pk])),("request",reverse("members:request-detail",args=["cat",r.pk])),("detail",reverse("members:member-detail",args=["cat",m.pk])),("end",reverse("members:member-end",args=["cat",m.pk])),("workspace",reverse("groups:workspace",args=["cat"])),("history",reverse("groups:history",args=["cat"]))],
      "anon": [("link",f"/en/invitation/{s}/"),("expired",f"/en/invitation/{s2}/"),("unknown","/en/invitation/nope-nope-nope/"),("public","/en/groups/cat/")],
      "guest": [("link",f"/en/invitation/{s}/"),("mine",reverse("members:my-invitations")),("myone",reverse("members:my-invitation",args=[h.pk]))],
      "stranger": [("other",f"/en/invitation/{s}/"),("prove",f"/en/invitation/{s}/prove/"),("mine",reverse("members:my-invitations")),("wait",reverse("members:my-invitation",args=[r.pk])),("join",reverse("members:join")),("join2",reverse("members:join")+"?category=specialist-group"),("join3",reverse("members:join-group",args=["otter"]))],
    }
    who = {"leader":leader,"guest":guest,"stranger":stranger}
    out = []
    for width in ({"width":1280,"height":900},{"width":390,"height":844}):
        for name, list_ in pages.items():
            v = open_browser(width, True) if False else open_browser(viewport=width)
            if name in who: sign_in(v, who[name])
            for label, path in list_:
                answer = v.page.goto(v.address+path)
                v.page.screenshot(path=f"/tmp/h4shots/{name}-{label}-{width['width']}.png", full_page=True)
                problems = v.axe()
                h1 = v.page.locator("h1").count()
                sw = v.page.evaluate("document.documentElement.scrollWidth")
                out.append((name,label,width["width"],answer.status,h1,sw,v.page.title(),problems, [f for f in v.faults]))
                v.faults.clear()
    for o in out:
        print(o[:7])
        if o[7] or o[4]!=1 or o[8]: print("   PROBLEM", json.dumps(o[7])[:1500], o[8])
