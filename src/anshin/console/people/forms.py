"""What people fill in about people. A form checks the shape; operations decide."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from anshin.console.people.models import LANGUAGES, ApiKey, User
from anshin.console.people.roles import Role, roles_in


class OneLineField(forms.CharField):
    """A name on one line: what looks like a space is one, so that no name can break a mail header or a table."""

    def to_python(self, value: Any) -> str:
        """Return the text with every run of white space as one space."""
        return " ".join(str(super().to_python(value) or "").split())


class NewPasswordField(forms.CharField):
    """A new password: long, pasted or typed, checked by the installation's rules."""

    def __init__(self, **options: Any) -> None:
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
        super().__init__(widget=widget, strip=False, max_length=200, **options)


def _email_field(**options: Any) -> forms.EmailField:
    return forms.EmailField(widget=forms.EmailInput(attrs={"autocomplete": "email"}), max_length=254, **options)


class InvitationForm(forms.Form):
    """Whom to invite, as what."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_roles(self.fields["role"], kind)

    def clean_role(self) -> Role:
        """Return the role itself."""
        return Role(self.cleaned_data["role"])


class RolesForm(forms.Form):
    """Which roles a member has."""

    roles = forms.MultipleChoiceField(label=_("Roles"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_roles(self.fields["roles"], kind)

    def clean_roles(self) -> frozenset[Role]:
        """Return the roles themselves; at least one, because a member without a role is no member."""
        return frozenset(Role(role) for role in self.cleaned_data["roles"])


def _offer_roles(field: forms.Field, kind: str) -> None:
    if isinstance(field, forms.ChoiceField):
        field.choices = [(role.value, role.label) for role in roles_in(kind)]


class NewPersonForm(forms.Form):
    """How someone who accepts an invitation wants to be called, and their password."""

    name = OneLineField(label=_("Your name"), max_length=100)
    password = NewPasswordField(label=_("Password"), help_text=_("12 characters or more. A sentence is easy to keep."))

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        """Check the password against the rules, and against the name and address it must not repeat."""
        given: dict[str, Any] = super().clean() or {}
        check_password(self, "password", User(email=self.email, name=given.get("name", "")))
        return given


def check_password(form: forms.Form, field: str, user: User) -> None:
    """Add what is wrong with a new password to its field."""
    password = form.cleaned_data.get(field)
    if password:
        try:
            validate_password(password, user)
        except forms.ValidationError as error:
            form.add_error(field, error)


class ProfileForm(forms.ModelForm[User]):
    """What a person decides about themselves."""

    name = OneLineField(label=_("Name"), max_length=100)

    class Meta:
        model = User
        fields = ("name", "language", "theme", "case_mail")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"] = forms.ChoiceField(
            label=_("Language"), choices=[("", _("As the browser")), *LANGUAGES], required=False
        )
        self.fields["theme"].label = _("Colours")
        self.fields["case_mail"].label = _("Mail me when a case needs me")


class KeyForm(forms.Form):
    """What an API key is for, what it may do, and how long."""

    name = OneLineField(label=_("Name"), max_length=100, help_text=_("The program that will use it"))
    scope = forms.ChoiceField(label=_("May do"), choices=ApiKey.Scope.choices, initial=ApiKey.Scope.READ)
    days = forms.TypedChoiceField(
        label=_("Expires after"),
        coerce=int,
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("1 year"))],
        initial=90,
    )


class CompanyForm(forms.Form):
    """A new customer company and its first owner."""

    name = OneLineField(label=_("Company name"), max_length=200)
    name_en = OneLineField(label=_("Company name in English"), max_length=200, required=False)
    language = forms.ChoiceField(label=_("Language of mails to the company"), choices=LANGUAGES, initial="ja")
    owner_email = forms.EmailField(
        label=_("E-mail address of the first owner"),
        max_length=254,
        required=False,
        help_text=_("They get an invitation. You can leave it out and invite them later."),
    )


class FirstProviderForm(forms.Form):
    """The first step of the set-up: who runs this installation."""

    name = OneLineField(label=_("Name of your organisation"), max_length=200)
    name_en = OneLineField(label=_("Name in English"), max_length=200, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES, initial="ja")
    desk_phone = OneLineField(
        label=_("Telephone of your desk"),
        max_length=40,
        required=False,
        help_text=_("Your customers see it at the foot of every page."),
    )
    person_name = OneLineField(label=_("Your name"), max_length=100)
    email = _email_field(label=_("Your e-mail address"))
    password = NewPasswordField(label=_("Password"), help_text=_("12 characters or more. A sentence is easy to keep."))

    def clean(self) -> dict[str, Any]:
        """Check the password against the rules."""
        given: dict[str, Any] = super().clean() or {}
        check_password(self, "password", User(email=given.get("email", ""), name=given.get("person_name", "")))
        return given


class MailSettingsForm(forms.Form):
    """How mail leaves the house."""

    host = OneLineField(label=_("Mail server (SMTP)"), max_length=255, help_text=_("For example smtp.example.jp"))
    security = forms.ChoiceField(
        label=_("Encryption"),
        choices=[
            ("starttls", _("STARTTLS (usually port 587)")),
            ("tls", _("TLS (usually port 465)")),
            ("none", _("None (only for a server on this machine)")),
        ],
        initial="starttls",
    )
    port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, initial=587)
    user = forms.CharField(
        label=_("User name"), max_length=255, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=255,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Stored encrypted. Leave it empty to keep the one that is stored."),
    )
    sender = forms.EmailField(label=_("Sender's address"), max_length=254)

    def clean(self) -> dict[str, Any]:
        """Refuse to send a password over the network in the clear."""
        given: dict[str, Any] = super().clean() or {}
        local = given.get("host", "") in {"localhost", "127.0.0.1", "::1"}
        if given.get("security") == "none" and not local:
            self.add_error(
                "security", _("Without encryption everybody on the way can read the mails. Choose STARTTLS or TLS.")
            )
        return given
