"""Answer files, sealed as the page does it."""

import base64
import json
from collections.abc import Sequence
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import current_app

from core import clock, sealing
from core.db import transaction
from people.models import Person
from quizzes import answer_file_services
from quizzes.answer_file_forms import saves_in
from quizzes.answer_file_services import HandedIn
from quizzes.models import Attempt
from tests.support.factories_people import actor_of

PURPOSE = b"nep sealed file 1"
NONCE = bytes(12)


def seal(text: str, public_key: str) -> bytes:
    """Seal a text with the public key of an installation."""
    ours = ec.generate_private_key(ec.SECP256R1())
    point = ours.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), base64.b64decode(public_key))
    key = HKDF(algorithm=SHA256(), length=32, salt=point, info=PURPOSE).derive(ours.exchange(ec.ECDH(), theirs))
    parts = {"key": point, "nonce": NONCE, "sealed": AESGCM(key).encrypt(NONCE, text.encode(), PURPOSE)}
    return json.dumps({name: base64.b64encode(part).decode() for name, part in parts.items()}).encode()


def answer_file(attempt_id: int, saves: Sequence[str]) -> bytes:
    """Return the file of an attempt that holds these bodies of saves."""
    public_key = sealing.public_key(current_app.config["NEP"].secret_key)
    return seal(json.dumps({"attempt": attempt_id, "saves": saves}), public_key)


def hand_in_file(attempt: Attempt, person: Person, saves: Sequence[str], at: datetime | None = None) -> HandedIn:
    """Hand a file in, in a transaction of its own."""
    data = answer_file(attempt.id, saves)
    read = saves_in(data, current_app.config["NEP"].secret_key, attempt.id)
    with transaction():
        return answer_file_services.hand_in(attempt.id, read, data, by=actor_of(person), at=at or clock.now())
