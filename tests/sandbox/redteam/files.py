"""Reading, writing and watching what is not its own."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

from .kernel import allowed

Given = dict[str, Any]


def read_the_database(given: Given) -> bool:
    return Path(given["database"]).open("rb").read(16) != b""


def read_the_secrets(given: Given) -> bool:
    return "canary" in Path(given["secrets"]).read_text()


def read_another_integration(given: Given) -> bool:
    return Path(given["neighbour"]).read_text() != ""


def read_another_entrys_data(given: Given) -> bool:
    return Path(given["neighbour_data"]).read_text() != ""


def climb_to_another_entrys_data(given: Given) -> bool:
    climbing = Path(given["data_dir"]) / ".." / Path(given["neighbour_data"]).parent.name
    return bool(os.listdir(climbing))


def list_the_hubs_folder(given: Given) -> bool:
    return bool(os.listdir(Path(given["database"]).parent))


def list_the_configuration(given: Given) -> bool:
    return bool(os.listdir(Path(given["secrets"]).parent))


def read_the_accounts_of_the_machine(given: Given) -> bool:
    return Path("/etc/passwd").read_text() != ""


def list_the_root(given: Given) -> bool:
    return bool(os.listdir("/"))


def list_the_home(given: Given) -> bool:
    return bool(os.listdir(os.path.expanduser("~") if os.environ.get("HOME") else "/root"))


def write_to_tmp(given: Given) -> bool:
    return Path(given["scratch"], "left").write_text("here") > 0


def write_beside_the_secrets(given: Given) -> bool:
    return Path(given["secrets"]).with_name("new.yaml").write_text("x") > 0


def change_its_own_code(given: Given) -> bool:
    return (Path(__file__).parent / "later.py").write_text("pass") > 0


def empty_a_file_of_the_hub(given: Given) -> bool:
    os.truncate(given["victim"], 0)
    return True


def rename_a_file_of_the_hub(given: Given) -> bool:
    os.rename(given["victim"], given["victim"] + ".moved")
    os.rename(given["victim"] + ".moved", given["victim"])
    return True


def take_a_file_home(given: Given) -> bool:
    os.link(given["victim"], Path(given["data_dir"]) / "linked")
    return True


def leave_a_link_for_the_backup(given: Given) -> bool:
    os.symlink(given["secrets"], Path(given["data_dir"]) / "innocent.txt")
    return True


def leave_a_pipe_for_the_backup(given: Given) -> bool:
    os.mkfifo(Path(given["data_dir"]) / "pipe")
    return True


def leave_a_socket(given: Given) -> bool:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(Path(given["data_dir"]) / "socket"))
    return True


def change_the_rights_of_a_file(given: Given) -> bool:
    os.chmod(given["victim"], 0o666)
    return True


def give_a_file_away(given: Given) -> bool:
    os.chown(given["victim"], os.getuid(), os.getgid())
    return True


def change_the_time_of_a_file(given: Given) -> bool:
    os.utime(given["victim"], (0, 0))
    return True


def watch_the_hubs_folder(given: Given) -> bool:
    return allowed("inotify_init1", 0)


def open_the_memory_of_the_machine(given: Given) -> bool:
    return os.open("/dev/kmsg" if not os.path.exists("/dev/mem") else "/dev/mem", os.O_RDONLY) >= 0


def fill_the_disk(given: Given) -> bool:
    target = Path(given["data_dir"]) / "full"
    try:
        with target.open("wb") as file:
            for _ in range(70):
                file.write(b"x" * (1 << 20))
    finally:
        target.unlink()
    return True


PROBES = (
    read_the_database, read_the_secrets, read_another_integration, read_another_entrys_data,
    climb_to_another_entrys_data, list_the_hubs_folder, list_the_configuration, read_the_accounts_of_the_machine,
    list_the_root, list_the_home, write_to_tmp, write_beside_the_secrets, change_its_own_code,
    empty_a_file_of_the_hub, rename_a_file_of_the_hub, take_a_file_home, leave_a_link_for_the_backup,
    leave_a_pipe_for_the_backup, leave_a_socket, change_the_rights_of_a_file, give_a_file_away,
    change_the_time_of_a_file, watch_the_hubs_folder, open_the_memory_of_the_machine, fill_the_disk,
)  # fmt: skip
