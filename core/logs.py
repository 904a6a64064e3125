"""Structured logs: one JSON line per request, without personal data (no names, codes, addresses or query strings)."""

import logging
import secrets
import sys
import time
from typing import Any

import structlog
from flask import Flask, Response, g, request


def init_logs(app: Flask) -> None:
    """Set up structured logging and log each request once."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING if app.testing else logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    g.started = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=secrets.token_hex(8))


def _end(response: Response) -> Response:
    log: Any = structlog.get_logger("nep.request")
    milliseconds = round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1)
    route = request.url_rule.rule if request.url_rule else "-"
    log.info("request", method=request.method, route=route, status=response.status_code, ms=milliseconds)
    return response
