"""The frame around every page: menu by role, language, theme, telephone, bands, errors, emergency."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.test import Client, RequestFactory
from django.urls import reverse

import anshin.console
from anshin.console.people.access import actor_for
from anshin.console.people.models import Membership, Organisation
from anshin.console.people.roles import GRANTS, Permission, Role
from anshin.console.web import errors, views
from anshin.console.web.access import desk_of, desks
from anshin.console.web.navigation import ENTRIES, navigation

CONSOLE = Path(anshin.console.__path__[0])


def home(cast):
    return reverse("home", kwargs={"organisation_id": cast.company.id})


def text_of(client, url, **more):
    return client.get(url, **more).content.decode()


# --- the menu


@pytest.mark.parametrize("role", list(Role))
def test_menu_shows_what_the_role_may_open(cast, role):
    client, actor = cast.client(role), cast.actor(role)
    items = navigation(actor, "/")
    assert items
    for item in items:
        assert client.get(item.url).status_code == 200, item.url
    shown = {item.url for item in items}
    for entry in ENTRIES:
        if entry.place != "provider" and not actor.may(entry.permission):
            assert reverse(entry.url_name, kwargs={"organisation_id": cast.company.id}) not in shown


def test_menu_of_the_provider(cast):
    actor = actor_for(cast.user(cast.provider, Role.ANALYST), cast.provider.id)
    names = [item.url for item in navigation(actor, "/")]
    assert names[:2] == ["/p/", f"/p/{cast.provider.id}/queue/"]
    assert not any("/devices/" in url for url in names)


def test_menu_leaves_out_what_does_not_exist(cast, monkeypatch):
    monkeypatch.setattr("anshin.console.web.navigation.reverse", _nothing)
    assert navigation(cast.actor(Role.OWNER), "/") == []


def _nothing(*_args, **_kwargs):
    from django.urls import NoReverseMatch

    raise NoReverseMatch


def test_menu_marks_where_you_are(cast):
    devices = reverse("device_list", kwargs={"organisation_id": cast.company.id})
    actor = cast.actor(Role.OWNER)
    assert [i.current for i in navigation(actor, devices) if i.current] == ["page"]
    below = {i.url: i.current for i in navigation(actor, f"{devices}{uuid4()}/") if i.current}
    assert below == {devices: "true"}


def test_menu_has_no_entry_without_a_holder():
    held = frozenset[Permission]().union(*GRANTS.values())
    assert {entry.permission for entry in ENTRIES} <= held


# --- language, theme, telephone, bands


@pytest.mark.parametrize(("language", "word"), [("ja", "端末"), ("en", "Devices")])
def test_language_of_the_page(cast, language, word):
    page = text_of(cast.client(Role.OWNER, language=language), home(cast))
    assert f'<html lang="{language}"' in page
    assert f"<span>{word}</span>" in page


def test_language_switch_stays_and_comes_back(cast):
    client = cast.client(Role.OWNER)
    url = reverse("device_list", kwargs={"organisation_id": cast.company.id}) + "?state=safe"
    assert f'name="next" value="{url}"' in text_of(client, url)
    answer = client.post(reverse("language"), {"language": "en", "next": url})
    assert (answer.status_code, answer["Location"]) == (302, url)
    assert '<html lang="en"' in text_of(client, url)
    assert '<html lang="ja"' in text_of(cast.client(Role.MEMBER), url)


def test_company_has_its_english_name(cast):
    assert "– Towa Seiki</title>" in text_of(cast.client(Role.OWNER, language="en"), home(cast))
    assert "– 株式会社東和精機</title>" in text_of(cast.client(Role.OWNER), home(cast))


@pytest.mark.parametrize("path", ["language", "theme"])
@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_switches_lead_to_no_other_site(cast, path, target):
    answer = cast.client(Role.OWNER).post(reverse(path), {"language": "en", "theme": "dark", "next": target})
    assert answer["Location"] == "/"


@pytest.mark.parametrize("path", ["language", "theme"])
def test_switches_change_nothing_by_get_or_nonsense(cast, path):
    client = cast.client(Role.OWNER)
    assert client.get(reverse(path)).status_code == 405
    client.post(reverse(path), {"language": "xx", "theme": "pink"})
    user = cast.user(cast.company, Role.OWNER)
    user.refresh_from_db()
    assert (user.language, user.theme) == ("", "")


def test_theme_stays_with_the_person(cast):
    client = cast.client(Role.OWNER)
    assert "data-theme" not in text_of(client, home(cast))
    client.post(reverse("theme"), {"theme": "dark", "next": home(cast)})
    assert '<html lang="ja" data-theme="dark">' in text_of(client, home(cast))
    client.post(reverse("theme"), {"theme": "", "next": home(cast)})
    assert "data-theme" not in text_of(client, home(cast))


def test_theme_before_sign_in_stays_in_the_browser(db):
    client = Client()
    client.post(reverse("theme"), {"theme": "light"})
    assert 'data-theme="light"' in text_of(client, reverse("account_login"))


@pytest.mark.parametrize("path", ["/accounts/login/", "/emergency/", "/nothing-here/"])
def test_telephone_is_on_every_page(cast, path):
    assert '<a href="tel:0300000000">03-0000-0000</a>' in text_of(cast.client(None), path)


def test_telephone_is_on_a_company_page(cast):
    assert '<a href="tel:0300000000">03-0000-0000</a>' in text_of(cast.client(Role.OWNER), home(cast))


def test_telephone_is_that_of_the_own_provider(cast):
    Organisation.objects.create(kind="provider", name="別の事業者", desk_phone="+81 6-1111-2222")
    assert desk_of(None) is None  # two desks: nobody is sent to the wrong one
    assert "03-0000-0000" in text_of(cast.client(Role.OWNER), home(cast))
    assert "6-1111-2222" not in text_of(cast.client(Role.OWNER), home(cast))
    assert {desk.digits for desk in desks()} == {"0300000000", "+81611112222"}
    assert cast.company.name not in text_of(Client(), reverse("emergency"))


def test_missing_telephone_is_said(cast):
    Organisation.objects.filter(id=cast.provider.id).update(desk_phone="")
    assert "まだ登録されていません" in text_of(cast.client(Role.OWNER), home(cast))
    assert "まだ登録されていません" in text_of(Client(), reverse("emergency"))


def test_band_while_a_provider_looks_at_a_customer(cast):
    assert "band-acting" in text_of(cast.client(Role.ANALYST), home(cast))
    assert "band-acting" not in text_of(cast.client(Role.OWNER), home(cast))


def test_search_of_companies_is_for_providers(cast):
    assert 'role="search"' in text_of(cast.client(Role.ANALYST), home(cast))
    assert 'id="company-search"' not in text_of(cast.client(Role.OWNER), home(cast))


def test_demonstration_is_marked(cast, monkeypatch):
    import dataclasses

    assert "band-demo" not in text_of(cast.client(Role.OWNER), home(cast))
    monkeypatch.setattr(settings, "CONFIG", dataclasses.replace(settings.CONFIG, demo=True))
    assert "band-demo" in text_of(cast.client(Role.OWNER), home(cast))


def test_sign_out_is_a_form(cast):
    page = text_of(cast.client(Role.OWNER), home(cast))
    assert re.search(
        r'<form method="post" action="/accounts/logout/"><input type="hidden" name="csrfmiddlewaretoken"', page
    )


def test_policy_allows_no_inline_code(cast):
    answer = cast.client(Role.OWNER).get(home(cast))
    assert "script-src 'self';" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "no-store"


# --- the start


def test_start_leads_to_the_only_company(cast):
    assert cast.client(Role.OWNER).get("/")["Location"] == home(cast)


def test_start_leads_providers_people_to_their_board(cast):
    assert cast.client(Role.ANALYST).get("/")["Location"] == reverse("provider_board")
    provider_home = reverse("home", kwargs={"organisation_id": cast.provider.id})
    assert cast.client(Role.ANALYST).get(provider_home)["Location"] == reverse("provider_board")


def test_start_lets_people_with_two_companies_choose(cast):
    user = cast.user(cast.company, Role.OWNER)
    Membership.objects.create(user=user, organisation=cast.other, role=Role.MEMBER)
    page = text_of(cast.client(Role.OWNER), "/")
    assert "株式会社東和精機" in page
    assert "有限会社みどり印刷" in page


def test_start_tells_people_without_a_company(cast):
    client = Client(headers={"accept-language": "ja"})
    client.force_login(cast.stranger)
    assert "まだどの会社にも登録されていません" in text_of(client, "/")


def test_start_asks_to_sign_in(db):
    assert Client().get("/")["Location"].startswith("/accounts/login/")


# --- errors


def without_reference(answer):
    return answer.content.decode().replace(answer["X-Request-Id"], "")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_foreign_and_absent_are_the_same_page(cast, language):
    client = cast.client(Role.OWNER, language=language)
    pages = []
    for organisation_id in (cast.other.id, uuid4()):
        answer = client.get(reverse("home", kwargs={"organisation_id": organisation_id}))
        assert answer.status_code == 404
        body = without_reference(answer).replace(str(organisation_id), "")
        pages.append(re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", body))
    assert pages[0] == pages[1]
    assert ("ページが見つかりません" if language == "ja" else "There is no such page") in pages[0]


def test_error_pages_name_their_reference(cast):
    answer = cast.client(Role.OWNER).get("/nothing-here/")
    assert answer["X-Request-Id"] in answer.content.decode()


def test_refusal_keeps_the_frame(cast):
    answer = cast.client(Role.MEMBER).get(reverse("key_list", kwargs={"organisation_id": cast.company.id}))
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "この操作をする権限がありません" in page
    assert "何も変更していません" in page


def test_expired_form(cast):
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "ja"})
    answer = client.post(reverse("language"), {"language": "en"})
    assert answer.status_code == 403
    assert "このフォームは期限が切れています" in answer.content.decode()


def test_bad_and_too_large(db):
    request = RequestFactory().get("/")
    assert errors.bad_request(request, ValueError()).status_code == 400
    too_large = errors.bad_request(request, RequestDataTooBig())
    assert too_large.status_code == 413
    assert "大きすぎて" in too_large.content.decode()


def test_too_large_form_is_answered(cast, monkeypatch):
    monkeypatch.setattr(settings, "DATA_UPLOAD_MAX_MEMORY_SIZE", 10)
    answer = cast.client(Role.OWNER).post(reverse("language"), {"language": "en", "next": "/" * 100})
    assert answer.status_code == 413


def test_broken_page(cast, monkeypatch):
    def breaks(*_args):
        raise RuntimeError("a bug")

    monkeypatch.setattr(views, "desks", breaks)
    client = Client(raise_request_exception=False, headers={"accept-language": "ja"})
    answer = client.get(reverse("emergency"))
    assert answer.status_code == 500
    assert "こちら側で問題が起きました" in answer.content.decode()
    assert "a bug" not in answer.content.decode()
    assert answer["X-Request-Id"] in answer.content.decode()


def test_broken_frame_still_answers(db, monkeypatch):
    def breaks(*_args, **_kwargs):
        raise RuntimeError("the frame, too")

    monkeypatch.setattr(errors, "_page", breaks)
    answer = errors.broken(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "参照番号" in answer.content.decode()


@pytest.mark.parametrize("handler", [errors.not_found, errors.not_allowed])
def test_api_errors_are_problems(db, handler):
    answer = handler(RequestFactory().get("/api/v1/x"), Exception())
    assert answer["Content-Type"] == "application/json"


# --- emergency


@pytest.mark.parametrize(("language", "step"), [("ja", "電源は切りません"), ("en", "Leave it switched on")])
def test_emergency_needs_no_sign_in(cast, language, step):
    page = text_of(Client(headers={"accept-language": language}), reverse("emergency"))
    assert step in page
    assert page.index("03-0000-0000") < page.index(step)
    assert page.count("<li><h2>") == 3


def test_emergency_stays_open_while_a_second_factor_is_owed(cast, monkeypatch):
    import dataclasses

    monkeypatch.setattr(settings, "CONFIG", dataclasses.replace(settings.CONFIG, demo=False, require_mfa="all"))
    assert cast.client(Role.ADMINISTRATOR).get(reverse("emergency")).status_code == 200


# --- files


def test_icons_that_pages_ask_for_exist():
    sprite = ET.parse(CONSOLE / "web/static/web/icons.svg").getroot()
    known = {symbol.get("id") for symbol in sprite}
    asked = {entry.icon for entry in ENTRIES}
    for path in CONSOLE.glob("*/templates/**/*.html"):
        asked |= set(re.findall(r"icon\.html[\"'] with name=[\"']([a-z-]+)", path.read_text(encoding="utf-8")))
    assert asked <= known


def test_classes_that_pages_use_have_a_style():
    css = "".join(path.read_text(encoding="utf-8") for path in CONSOLE.glob("*/static/*/*.css"))
    script = (CONSOLE / "web/static/web/anshin.js").read_text(encoding="utf-8")
    styled = set(re.findall(r"\.([a-z][a-z0-9-]*)", css + script))
    unknown = []
    for path in sorted(CONSOLE.glob("*/templates/**/*.html")):
        if "mail" in path.parts:
            continue
        for value in re.findall(r'class="([^"]*)"', path.read_text(encoding="utf-8")):
            for token in re.sub(r"\{[{%].*?[%}]\}", "\0", value).split():
                # What stands against a tag without a space is half a name: `notice-{{ state }}`.
                names = [] if "-\0" in token else filter(None, token.split("\0"))
                unknown += [f"{path.relative_to(CONSOLE)}: {name}" for name in names if name not in styled]
    assert not unknown, "classes without a style:\n" + "\n".join(unknown)
