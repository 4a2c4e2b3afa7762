"""A sealed secret opens with its key, for what it was sealed for, and in no other way."""

from __future__ import annotations

import base64
import os
import stat
from pathlib import Path

import pytest

from hub.vault import PREFIX, Sealed, Vault, VaultError

TEXT = "a password, größer als 7"


def vault(folder: Path, **more: object) -> Vault:
    return Vault.open(folder, environment={}, **more)  # type: ignore[arg-type] # only `named` is ever given


def test_a_secret_comes_back_as_it_was_and_is_never_sealed_alike_twice(tmp_path: Path) -> None:
    first, second = vault(tmp_path).seal(TEXT, "entry:a:token"), vault(tmp_path).seal(TEXT, "entry:a:token")
    assert first != second
    assert first.startswith(PREFIX)
    assert TEXT.encode() not in base64.urlsafe_b64decode(first.removeprefix(PREFIX) + "==")
    assert vault(tmp_path).unseal(first, "entry:a:token") == TEXT
    assert vault(tmp_path).unseal(second, "entry:a:token") == TEXT


def test_the_key_is_made_with_the_first_secret_and_only_its_user_reads_it(tmp_path: Path) -> None:
    one = vault(tmp_path)
    path = tmp_path / "keys" / "vault.key"
    assert not path.exists()
    one.seal(TEXT, "x")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [other.name for other in path.parent.iterdir()] == ["vault.key"], "nothing is left of the writing"
    before = path.read_bytes()
    vault(tmp_path).seal(TEXT, "x")
    assert path.read_bytes() == before


def test_a_secret_does_not_open_for_another_purpose(tmp_path: Path) -> None:
    sealed = vault(tmp_path).seal(TEXT, "entry:a:token")
    with pytest.raises(VaultError, match="entry:a:token"):
        vault(tmp_path).unseal(sealed, "entry:b:token")
    raw = bytearray(base64.urlsafe_b64decode(sealed.removeprefix(PREFIX) + "=="))
    raw[6 + len("entry:")] = ord("b")
    moved = PREFIX + base64.urlsafe_b64encode(raw).decode().rstrip("=")
    parts = Sealed.parse(moved)
    assert parts is not None
    assert parts.context == "entry:b:token"
    with pytest.raises(VaultError, match="changed"):
        vault(tmp_path).unseal(moved, "entry:b:token")


def test_no_changed_byte_is_believed(tmp_path: Path) -> None:
    one = vault(tmp_path)
    sealed = one.seal(TEXT, "x")
    raw = base64.urlsafe_b64decode(sealed.removeprefix(PREFIX) + "==")
    for place in range(len(raw)):
        other = bytearray(raw)
        other[place] ^= 1
        text = PREFIX + base64.urlsafe_b64encode(other).decode().rstrip("=")
        with pytest.raises(VaultError):
            one.unseal(text, "x")
    for length in range(0, len(sealed), 3):
        with pytest.raises(VaultError):
            one.unseal(sealed[:length], "x")


def test_a_wrong_key_is_named_at_once(tmp_path: Path) -> None:
    sealed = vault(tmp_path / "one").seal(TEXT, "entry:scale:token")
    other = vault(tmp_path / "two")
    parts = Sealed.parse(sealed)
    assert parts is not None
    with pytest.raises(VaultError, match=f"sealed with the key {parts.key}, and there is no key here"):
        other.unseal(sealed, "entry:scale:token")
    assert not (tmp_path / "two" / "keys").exists(), "opening makes no key"
    other.seal("x", "x")
    with pytest.raises(VaultError, match=f"{parts.key}, and the key here is {other.keys[0]}"):
        other.unseal(sealed, "entry:scale:token")


def test_a_key_elsewhere_is_used_and_never_made_there(tmp_path: Path) -> None:
    outside = tmp_path / "stick" / "vault.key"
    away = vault(tmp_path / "data", named=outside)
    assert str(outside) in away.problem
    with pytest.raises(VaultError, match="start the hub again"):
        away.seal(TEXT, "x")
    assert not outside.parent.exists()
    assert not (tmp_path / "data").exists()
    vault(tmp_path / "other").copy(outside)
    here = vault(tmp_path / "data", named=outside)
    assert here.problem == ""
    assert here.unseal(here.seal(TEXT, "x"), "x") == TEXT
    assert not (tmp_path / "data").exists()


def test_a_systemd_credential_comes_first(tmp_path: Path) -> None:
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    inside = vault(tmp_path)
    sealed = inside.seal(TEXT, "x")
    vault(tmp_path / "made").copy(credentials / "homeostat-vault")
    one = Vault.open(tmp_path, environment={"CREDENTIALS_DIRECTORY": str(credentials)})
    assert one.source == credentials / "homeostat-vault"
    assert one.unseal(sealed, "x") == TEXT, "the data folder's key still opens what it sealed"
    renewed = one.renew(f'{{"token": "{sealed}"}}')
    assert sealed not in renewed
    one.retire()
    assert not inside.own.exists()
    again = Vault.open(tmp_path, environment={"CREDENTIALS_DIRECTORY": str(credentials)})
    assert again.unseal(renewed[11:-2], "x") == TEXT


@pytest.mark.parametrize("content", ["", "nonsense", "homeostat-vault-key-1:abc", "\0" * 90])
def test_a_damaged_key_file_is_told_and_never_written_over(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys" / "vault.key"
    path.parent.mkdir()
    path.write_text(content)
    one = vault(tmp_path)
    assert str(path) in one.problem
    for change in (lambda: one.seal(TEXT, "x"), one.rotate, one.retire):
        with pytest.raises(VaultError):
            change()
    assert path.read_text() == content


def test_a_change_of_key_may_end_at_any_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = vault(tmp_path)
    sealed = one.seal(TEXT, "x")
    first = one.keys[0]

    def cut(*_: object) -> None:
        raise OSError("the power went")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", cut)
        with pytest.raises(OSError, match="power"):
            one.rotate()
    assert vault(tmp_path).keys == (first,)
    assert vault(tmp_path).unseal(sealed, "x") == TEXT
    second = vault(tmp_path)
    second.rotate()
    assert second.keys[1:] == (first,)
    half = vault(tmp_path)  # killed here: both keys are kept
    assert half.unseal(sealed, "x") == TEXT
    renewed = half.renew(sealed)
    assert half.renew(renewed) == renewed
    half.retire()
    assert vault(tmp_path).unseal(renewed, "x") == TEXT
    assert not vault(tmp_path).opens(sealed)
    assert os.listdir(tmp_path / "keys") == ["vault.key"]


def test_renewing_leaves_alone_what_it_can_not_open(tmp_path: Path) -> None:
    foreign = vault(tmp_path / "other").seal(TEXT, "x")
    one = vault(tmp_path)
    one.seal(TEXT, "x")
    one.rotate()
    assert one.renew(f"a {foreign} b sealed:v1: c") == f"a {foreign} b sealed:v1: c"
