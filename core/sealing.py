"""Sealing what travels as a file: anybody can seal for this installation, only the installation opens it.

The page seals with WebCrypto: an ephemeral key on P-256 agrees on a secret with our public key (ECDH), HKDF-SHA256
makes a key of it, AES-256-GCM encrypts and authenticates. Our private key follows from the secret key of the
installation, so that every process has it and nothing else need be kept; with another one old files can't be opened.
"""

import base64
import binascii
import json

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from core.errors import BadFile
from core.i18n import lazy_gettext as _l

_CURVE = ec.SECP256R1()
#: The order of P-256 (FIPS 186-5).
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_PURPOSE = b"nep sealed file 1"


def public_key(secret_key: str) -> str:
    """Return the public key as an uncompressed point in base64."""
    point = _private_key(secret_key).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.b64encode(point).decode()


def unseal(data: bytes, secret_key: str) -> bytes:
    """Return what a page of this installation sealed.

    :raises BadFile: when it is no such file, or a byte of it was changed.
    """
    try:
        parts = json.loads(data)
        point, nonce, sealed = (_from_base64(parts[name]) for name in ("key", "nonce", "sealed"))
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, point)
        agreed = _private_key(secret_key).exchange(ec.ECDH(), theirs)
        key = HKDF(algorithm=SHA256(), length=32, salt=point, info=_PURPOSE).derive(agreed)
        return AESGCM(key).decrypt(nonce, sealed, _PURPOSE)
    except (ValueError, TypeError, KeyError, RecursionError, binascii.Error, InvalidTag):
        raise BadFile(
            _l("This is not an answer file of this system, or it was changed on its way."),
            _l("Choose the file that the page of the quiz made."),
        ) from None


def _from_base64(text: str) -> bytes:
    """Return the bytes of the one spelling that they have; others would let a changed file pass for the same.

    :raises ValueError: when it is no base64, or another spelling.
    """
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("not canonical")
    return data


def _private_key(secret_key: str) -> ec.EllipticCurvePrivateKey:
    """Return the key that follows from a secret: 384 bits brought evenly into the range of the curve."""
    stretched = HKDF(algorithm=SHA256(), length=48, salt=None, info=_PURPOSE).derive(secret_key.encode())
    return ec.derive_private_key(int.from_bytes(stretched) % (_ORDER - 1) + 1, _CURVE)
