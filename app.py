"""The application: extensions, blueprints, and the hooks that packages hand to each other. No rules."""

from functools import partial
from wsgiref.headers import Headers

from flask import Flask
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

import authoring.views
import certificates.views
import cli
import core.views
import lessons.views_author
import lessons.views_lesson_editor
import lessons.views_read
import library.views
import people.views_account
import people.views_admin
import people.views_import
import people.views_jobs
import people.views_staff
import quizzes.attempt_jobs
import quizzes.correction_jobs
import quizzes.statistics_jobs
import quizzes.views_answer_files
import quizzes.views_answers
import quizzes.views_author
import quizzes.views_take
import quizzes.views_time
import reports.views
import training.certificate_queries
import training.queries
import training.views
import training.views_hr
from certificates.hooks import CertificateHooks
from core import jobs
from core.db import db, init_db
from core.i18n import init_i18n
from core.logs import init_logs
from core.web import init_web, public
from lessons.hooks import LessonHooks
from people.guards import init_guards
from quizzes.hooks import QuizHooks
from settings import Settings, from_environment
from training import completion_services as completion
from training import withdrawal_services as withdrawal

BLUEPRINTS = (
    core.views.blueprint,
    people.views_account.blueprint,
    people.views_staff.blueprint,
    people.views_admin.blueprint,
    people.views_jobs.blueprint,
    library.views.blueprint,
    lessons.views_read.blueprint,
    lessons.views_author.blueprint,
    lessons.views_lesson_editor.blueprint,
    quizzes.views_take.blueprint,
    quizzes.views_author.blueprint,
    quizzes.views_time.blueprint,
    certificates.views.blueprint,
    authoring.views.blueprint,
    training.views.blueprint,
    training.views_hr.blueprint,
    reports.views.blueprint,
)


def create_app(settings: Settings | None = None) -> Flask:
    """Make the application from settings, by default those of the environment.

    :raises settings.BadSettings: when they can't be used.
    """
    settings = settings or from_environment()
    app = Flask(__name__)
    app.config.update(
        NEP=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        TESTING=settings.testing,
        MAX_CONTENT_LENGTH=settings.max_upload_bytes + 64 * 1024,
        BABEL_DEFAULT_LOCALE="vi",
        BABEL_DEFAULT_TIMEZONE="Asia/Ho_Chi_Minh",
        SESSION_COOKIE_NAME="nep_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        WTF_CSRF_TIME_LIMIT=None,
    )
    init_logs(app)
    init_db(app)
    Migrate(app, db, compare_type=True, render_as_batch=True)
    init_i18n(app)
    init_web(app)
    init_guards(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    cli.register(app)
    _connect_packages(app)
    _register_jobs(app)
    _serve_static(app)
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies, x_proto=settings.trusted_proxies)  # type: ignore[method-assign]
    return app


def _connect_packages(app: Flask) -> None:
    """Hand lower packages what must happen above them, and pages what siblings show."""
    issuer = app.config["NEP"].issuer
    app.extensions["nep_quiz_hooks"] = QuizHooks(
        find_occasion=completion.find_occasion,
        on_finished=(partial(completion.record_attempt, issuer=issuer),),
        on_published=(completion.adopt_quiz_version,),
        on_withdrawn=(partial(withdrawal.withdraw_completion, issuer=issuer),),
        count_certificates=training.certificate_queries.certificates_at_stake,
    )
    app.extensions["nep_lesson_hooks"] = LessonHooks(
        owed_version=training.queries.OWED_VERSION,
        on_read=(partial(completion.record_reading, issuer=issuer),),
        on_published=(partial(completion.adopt_course_version, issuer=issuer),),
    )
    app.extensions["nep_certificate_hooks"] = CertificateHooks(training.queries.withheld_completions)
    app.add_template_global(training.views.after_result)


def _register_jobs(app: Flask) -> None:
    """Name everything that is done in the background."""
    with app.app_context():
        jobs.every_minute("close overdue attempts", quizzes.attempt_jobs.close_overdue)
        jobs.every_minute("forget old jobs", jobs.forget_old)
        jobs.every_minute("go on with corrections", quizzes.correction_jobs.go_on)
        jobs.every_minute("count statistics", quizzes.statistics_jobs.refresh_minutely)
        jobs.register(
            quizzes.correction_jobs.NAME, quizzes.correction_jobs.apply_correction, title=quizzes.correction_jobs.TITLE
        )


def _serve_static(app: Flask) -> None:
    """Let WhiteNoise send static files, compressed when a compressed copy lies beside them."""
    public(app.view_functions["static"])
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=app.static_folder,
        prefix="static/",
        max_age=30 * 24 * 3600,
        autorefresh=app.testing,
        add_headers_function=_static_headers,
    )


def _static_headers(headers: Headers, _path: str, url: str) -> None:
    """Keep browsers from guessing types, and from keeping a module that another one imports without a mark."""
    headers["X-Content-Type-Options"] = "nosniff"
    if url.startswith("/static/js/") and "/" in url.removeprefix("/static/js/"):
        headers["Cache-Control"] = "no-cache"
