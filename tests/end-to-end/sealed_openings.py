"""What opens the log's entries, read by PROTOCOL.md alone: database, key files, AES-256-GCM."""

import ctypes
import ctypes.util
import sqlite3
import struct

CLASSES = {1: "disclosure", 2: "oversight", 3: "operation"}
ORIGIN = "log.sluss.example/gw1"

crypto = ctypes.CDLL(ctypes.util.find_library("crypto"))
for name, result in (("EVP_aes_256_gcm", ctypes.c_void_p), ("EVP_CIPHER_CTX_new", ctypes.c_void_p)):
    getattr(crypto, name).restype = result


class DoesNotOpen(Exception):
    pass


def gcm_open(key, sealed, bound):
    """sealed = nonce(12) || ciphertext || tag(16)"""
    nonce, body, tag = sealed[:12], sealed[12:-16], sealed[-16:]
    context = ctypes.c_void_p(crypto.EVP_CIPHER_CTX_new())
    out, size = ctypes.create_string_buffer(len(body) + 16), ctypes.c_int()
    try:
        crypto.EVP_DecryptInit_ex(context, ctypes.c_void_p(crypto.EVP_aes_256_gcm()), None, key, nonce)
        crypto.EVP_DecryptUpdate(context, None, ctypes.byref(size), bound, len(bound))
        crypto.EVP_DecryptUpdate(context, out, ctypes.byref(size), body, len(body))
        crypto.EVP_CIPHER_CTX_ctrl(context, 0x11, 16, tag)  # EVP_CTRL_AEAD_SET_TAG
        if crypto.EVP_DecryptFinal_ex(context, ctypes.byref(out, size.value),
                                      ctypes.byref(ctypes.c_int())) != 1:
            raise DoesNotOpen()
        return out.raw[:len(body)]
    finally:
        crypto.EVP_CIPHER_CTX_free(context)


def lp(value):
    value = value.encode() if isinstance(value, str) else value
    return struct.pack(">I", len(value)) + value


def bound(label, number, opening_class, month):
    return lp(label) + lp(ORIGIN) + struct.pack(">Q", number) + lp(opening_class) + lp(month)


def fields(message):
    """[(number, value)] of a protobuf message of varints and bytes."""
    found, at = [], 0

    def varint():
        nonlocal at
        value, shift = 0, 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(message):
        tag = varint()
        if tag & 7 == 0:
            found.append((tag >> 3, varint()))
        else:
            length = varint()
            found.append((tag >> 3, message[at:at + length]))
            at += length
    return found


class Opening:
    def __init__(self, index, sealed, wrapped, plain, month):
        self.index, self.sealed, self.wrapped, self.month = index, sealed, wrapped, month
        whole = fields(plain)
        self.secret = next(value for number, value in whole if number == 1)
        parts = [dict(fields(value)) for number, value in whole if number == 2]
        self.by_tag = {part[1]: part[2] for part in parts}


def openings(database, keys):
    """Every opening of the database that the directory of keys opens, by index; the others named."""
    found, shut = {}, []
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        rows = connection.execute(
            "SELECT position, sealed, number, class, month, wrapped_key FROM opening "
            "JOIN opening_group ON number = in_group WHERE wrapped_key != x''").fetchall()
    connection.close()
    for index, sealed, group, class_number, month, wrapped in rows:
        name = CLASSES[class_number]
        path = keys / f"{name}-{month}.key"
        try:
            if not path.exists():
                raise DoesNotOpen()
            month_key = bytes.fromhex(path.read_text().strip())
            key = gcm_open(month_key, wrapped, bound("sluss/v1 opening-group", group, name, month))
            plain = gcm_open(key, sealed, bound("sluss/v1 opening", index, name, month))
            found[index] = Opening(index, sealed, wrapped, plain, f"{name}/{month}")
        except DoesNotOpen:
            shut.append(index)
    return found, shut
