"""Mail really leaves, and what a mail server can do wrong is told in words."""

import socket

import pytest
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import translation

from anshin.console.audit.models import AuditEntry
from anshin.console.people.roles import Role
from anshin.console.web.mail import Delivery, deliver, mail_is_set, send_test_mail, store_mail_settings, stored_password
from anshin.console.web.models import Installation
from anshin.console.web.sealing import open_sealed, seal
from tests.console.web.mail_server import mail_server

SECRET = "mail-secret-9f3a"


@pytest.fixture
def real_backend(settings, db):
    """Django puts a test mailbox in the place of the backend; these tests want the real one."""
    settings.EMAIL_BACKEND = "anshin.console.web.mail.InstallationMailBackend"


def use(port, **options):
    given = {"host": "127.0.0.1", "port": port, "security": "none", "user": "", "sender": "anshin@example.test"}
    return store_mail_settings(**(given | options))


def test_mail_arrives_and_is_remembered(real_backend):
    with mail_server() as server:
        use(server.port, user="anshin", password=SECRET)
        assert send_test_mail("to@example.test") == Delivery(sent=True)
    assert "To: to@example.test" in server.messages[0]
    assert "From: anshin@example.test" in server.messages[0]
    assert any(command.startswith("AUTH") for command in server.commands)
    assert Installation.current().mail_tested_at is not None


def test_changed_settings_are_untested_again(real_backend):
    with mail_server() as server:
        use(server.port)
        send_test_mail("to@example.test")
        use(server.port, sender="other@example.test")
    assert Installation.current().mail_tested_at is None


def test_without_a_server_nothing_is_sent_and_the_answer_says_so(real_backend):
    assert not mail_is_set()
    delivery = deliver(EmailMessage("s", "b", to=["to@example.test"]))
    assert not delivery.sent
    assert delivery.reason


@pytest.mark.parametrize(
    ("play", "told", "answer"),
    [
        ({"replies": {"AUTH": "535 5.7.8 no such luck"}}, "password", "535"),
        ({"replies": {"MAIL": "550 not from there"}}, "sender", "550"),
        ({"replies": {"RCPT": "550 nobody here"}}, "recipient", "550 nobody here"),
        ({"replies": {"END": "554 looks like spam"}}, "refused the message", "554 looks like spam"),
        ({"hang_up": True}, "hung up", ""),
        ({"offers": ()}, "does not offer", ""),
    ],
    ids=["password", "sender", "recipient", "message", "hang-up", "no-auth"],
)
def test_what_the_server_refuses_is_told_in_words(real_backend, play, told, answer):
    with mail_server(**play) as server, translation.override("en"):
        use(server.port, user="anshin", password=SECRET)
        delivery = send_test_mail("to@example.test")
    assert not delivery.sent
    assert told in delivery.reason
    assert answer in delivery.answer
    assert SECRET not in delivery.reason + delivery.answer
    assert Installation.current().mail_tested_at is None


def test_encryption_that_is_not_offered_is_told(real_backend):
    with mail_server() as server, translation.override("en"):
        use(server.port, security="starttls")
        assert "encryption" in send_test_mail("to@example.test").reason


def test_wrong_kind_of_encryption_is_told(real_backend):
    with mail_server() as server, translation.override("en"):
        use(server.port, security="tls")
        assert "ncryption" in send_test_mail("to@example.test").reason


def test_closed_port_is_told(real_backend):
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        use(reserved.getsockname()[1])
        with translation.override("en"):
            assert "Nothing answers on this port" in send_test_mail("to@example.test").reason


@pytest.mark.parametrize("language", ["ja", "en"])
def test_reasons_are_told_in_the_language_of_the_page(real_backend, language):
    use(1)
    with translation.override(language):
        reason = send_test_mail("to@example.test").reason
    assert ("ポート" in reason) == (language == "ja")


def test_password_is_sealed_kept_and_taken_away(real_backend):
    installation = use(25, password=SECRET)
    assert SECRET.encode() not in bytes(Installation.current().mail_password_sealed)
    assert stored_password(installation) == SECRET
    assert stored_password(use(26)) == SECRET  # None keeps it
    assert stored_password(use(26, password="")) == ""


def test_password_survives_a_new_secret_key_while_the_old_one_is_named(real_backend, settings):
    use(25, password=SECRET)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key"
    assert stored_password(Installation.current()) == SECRET
    settings.SECRET_KEY_FALLBACKS = []
    with translation.override("en"):
        assert "secret key" in send_test_mail("to@example.test").reason


def test_sealed_content_cannot_be_changed_unseen():
    sealed = seal(b"content")
    assert open_sealed(sealed) == b"content"
    assert seal(b"content") != sealed
    with pytest.raises(ValueError, match="secret key"):
        open_sealed(sealed[:-1] + bytes([sealed[-1] ^ 1]))


GIVEN = {"host": "127.0.0.1", "port": "587", "security": "none", "user": "", "password": "", "sender": "a@example.test"}


def test_administrator_saves_and_tests(cast, real_backend):
    client = cast.client(Role.ADMINISTRATOR)
    with mail_server() as server:
        given = GIVEN | {"port": str(server.port), "user": "anshin", "password": SECRET, "test": "1"}
        page = client.post(reverse("mail_settings"), given)
    assert page.context["delivery"] == Delivery(sent=True)
    assert cast.user(cast.provider, Role.ADMINISTRATOR).email in server.messages[0]
    assert SECRET not in page.content.decode()
    assert SECRET not in client.get(reverse("mail_settings")).content.decode()
    entry = AuditEntry.objects.get(action="mail.settings_changed")
    assert SECRET not in str(entry.data)
    assert stored_password(Installation.current()) == SECRET


def test_what_failed_is_shown_with_the_servers_words(cast, real_backend):
    with mail_server(replies={"RCPT": "550 nobody here"}) as server:
        page = cast.client(Role.ADMINISTRATOR, language="en").post(
            reverse("mail_settings"), GIVEN | {"port": str(server.port), "test": "1"}
        )
    assert "550 nobody here" in page.content.decode()


@pytest.mark.parametrize("change", [{"host": "localhost"}, {"port": "588"}, {"security": "none"}])
def test_stored_password_goes_to_the_server_it_was_entered_for_only(cast, change):
    client, given = cast.client(Role.ADMINISTRATOR), GIVEN | {"security": "tls", "user": "anshin"}
    client.post(reverse("mail_settings"), given | {"password": SECRET})
    refused = client.post(reverse("mail_settings"), given | change)
    assert list(refused.context["form"].errors) == ["password"]
    assert Installation.current().mail_host == "127.0.0.1"
    kept = client.post(reverse("mail_settings"), given | {"sender": "b@example.test"})
    assert not kept.context["form"].errors
    assert stored_password(Installation.current()) == SECRET
    assert not client.post(reverse("mail_settings"), given | change | {"password": "new"}).context["form"].errors


@pytest.mark.parametrize(
    "wrong",
    [
        {"host": ""},
        {"host": "mail.example.test"},  # no encryption to another machine
        {"port": "0"},
        {"port": "65536"},
        {"security": "rot13"},
        {"sender": "nobody"},
    ],
)
def test_bad_settings_change_nothing(cast, wrong):
    page = cast.client(Role.ADMINISTRATOR).post(reverse("mail_settings"), GIVEN | wrong)
    assert page.context["form"].errors
    assert not mail_is_set()
