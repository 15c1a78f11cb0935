"""Django's settings. What a person may change stands in `config.py`; the rest is decided here."""

import os
from pathlib import Path

from anshin.console.web.config import database_settings, read_config

CONFIG = read_config()
ROOT = Path(__file__).resolve().parent.parent

SECRET_KEY = CONFIG.secret_key
SECRET_KEY_FALLBACKS = list(CONFIG.secret_key_fallbacks)
DEBUG = CONFIG.debug
ALLOWED_HOSTS = sorted({CONFIG.host, "127.0.0.1", "localhost", "[::1]"})
CSRF_TRUSTED_ORIGINS = [CONFIG.public_url]

INSTALLED_APPS = [
    "anshin.console.people",
    "anshin.console.audit",
    "anshin.console.loop",
    "anshin.console.fleet",
    "anshin.console.cases",
    "anshin.console.diagnosis",
    "anshin.console.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "ninja",
]

MIDDLEWARE = [
    "anshin.console.web.middleware.RequestIdMiddleware",
    "anshin.console.web.logs.AccessLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "anshin.console.web.middleware.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "anshin.console.web.middleware.PersonalLanguageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "anshin.console.people.middleware.SessionActivityMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "anshin.console.people.middleware.SecondFactorMiddleware",
]

ROOT_URLCONF = "anshin.console.web.urls"
WSGI_APPLICATION = "anshin.console.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "anshin.console.web.context.frame",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    },
]

DATABASES = {"default": database_settings(CONFIG, os.environ.get("ANSHIN_TEST_DATABASE_URL") or CONFIG.database_url)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

# --- who may come in ---
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "anshin.console.people.adapter.ClosedAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # people come by invitation, and the invitation proved the address
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_SESSION_REMEMBER = True  # twelve hours in any case, see SESSION_COOKIE_AGE
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ALLAUTH_TRUSTED_PROXY_COUNT = CONFIG.trusted_proxies  # rate limits must count the caller's address, not the proxy's
MFA_ADAPTER = "anshin.console.people.adapter.SealingMfaAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # the invitation proved the address; nobody signs up alone
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not CONFIG.https  # browsers accept this for localhost only
MFA_TOTP_ISSUER = "Anshin"
USERSESSIONS_TRACK_ACTIVITY = True

SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = CONFIG.https
SESSION_COOKIE_NAME = "__Host-anshin-session" if CONFIG.https else "anshin-session"
CSRF_COOKIE_NAME = "__Host-anshin-csrf" if CONFIG.https else "anshin-csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "anshin.console.web.errors.csrf_failure"
LANGUAGE_COOKIE_NAME = "anshin-language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 31_536_000 if CONFIG.https else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024

# --- language, time, files ---
LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("en", "English")]
USE_I18N = True
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True
FORMAT_MODULE_PATH = ["anshin.console.web.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = CONFIG.data / "static" if CONFIG.data else None  # None: WhiteNoise asks the finders
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "anshin.console.web.operate.assets.GzipManifestStorage"
        if CONFIG.data
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = CONFIG.data / "uploads" if CONFIG.data else ROOT / "no-uploads"
WHITENOISE_USE_FINDERS = not CONFIG.data

EMAIL_BACKEND = "anshin.console.web.mail.InstallationMailBackend"
DEFAULT_FROM_EMAIL = "anshin@localhost"
LOGGING_CONFIG = "anshin.console.web.logs.configure"
LOGGING: dict[str, object] = {"format": CONFIG.log_format}
NINJA_PAGINATION_PER_PAGE = 100
