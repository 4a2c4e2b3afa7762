"""Other processes, programs, and the machine."""

from __future__ import annotations

import os
import subprocess
import threading
from pathlib import Path
from typing import Any

from .kernel import allowed, call

Given = dict[str, Any]


def read_the_hubs_environment(given: Given) -> bool:
    return Path(f"/proc/{given['hub']}/environ").read_bytes() != b""


def read_the_hubs_memory_map(given: Given) -> bool:
    return Path(f"/proc/{given['hub']}/maps").read_text() != ""


def read_a_siblings_command_line(given: Given) -> bool:
    return Path(f"/proc/{given['sibling']}/cmdline").read_bytes() != b""


def list_all_processes(given: Given) -> bool:
    return any(one.isdigit() for one in os.listdir("/proc"))


def inherit_the_hubs_environment(given: Given) -> bool:
    return "HUB_CANARY" in os.environ


def trace_the_hub(given: Given) -> bool:
    # PTRACE_SEIZE of a process that does not exist: a kernel that lets it try says so.
    return allowed("ptrace", 0x4206, 2**22 - 3, 0, 0)


def read_a_siblings_memory(given: Given) -> bool:
    return allowed("process_vm_readv", given["sibling"], 0, 0, 0, 0, 0)


def signal_the_hub(given: Given) -> bool:
    os.kill(given["hub"], 0)
    return True


def signal_a_sibling(given: Given) -> bool:
    os.kill(given["sibling"], 0)
    return True


def signal_everybody(given: Given) -> bool:
    os.kill(-1, 0)
    return True


def signal_a_thread_of_the_hub(given: Given) -> bool:
    return allowed("tgkill", given["hub"], given["hub"], 0)


def hold_the_hub(given: Given) -> bool:
    return allowed("pidfd_open", given["hub"], 0)


def squeeze_the_hub(given: Given) -> bool:
    return allowed("prlimit64", given["hub"], 7, 0, 0)


def slow_the_hub_down(given: Given) -> bool:
    return allowed("setpriority", 0, given["hub"], 0)


def fork(given: Given) -> bool:
    made = os.fork()
    if made == 0:
        os._exit(0)
    os.waitpid(made, 0)
    return True


def start_a_shell(given: Given) -> bool:
    return subprocess.run(["/bin/sh", "-c", "true"], check=False).returncode == 0


def spawn_a_program(given: Given) -> bool:
    made = os.posix_spawn("/bin/true", ["true"], {})
    return os.waitpid(made, 0)[1] == 0


def start_a_program_with_a_library_of_its_own(given: Given) -> bool:
    around = {"LD_PRELOAD": str(Path(given["data_dir"]) / "mine.so")}
    return subprocess.run(["/bin/true"], env=around, stderr=subprocess.DEVNULL, check=False).returncode == 0


def become_another_program(given: Given) -> bool:
    return allowed("execve", 0, 0, 0)


def make_a_name_space(given: Given) -> bool:
    return allowed("unshare", 0x20000000)


def enter_a_name_space(given: Given) -> bool:
    return allowed("setns", -1, 0)


def mount(given: Given) -> bool:
    return allowed("mount", 0, 0, 0, 0, 0)


def change_the_root(given: Given) -> bool:
    return allowed("chroot", 0)


def read_the_keys(given: Given) -> bool:
    return allowed("keyctl", 0, -3, 0)


def load_a_program_into_the_kernel(given: Given) -> bool:
    return allowed("bpf", 5, 0, 0)


def measure_the_machine(given: Given) -> bool:
    return allowed("perf_event_open", 0, 0, -1, -1, 0)


def ask_by_way_of_a_ring(given: Given) -> bool:
    return allowed("io_uring_setup", 1, 0)


def catch_page_faults(given: Given) -> bool:
    return allowed("userfaultfd", 1)


def load_a_module(given: Given) -> bool:
    return allowed("init_module", 0, 0, 0)


def load_another_kernel(given: Given) -> bool:
    return allowed("kexec_load", 0, 10**6, 0, 0)


def become_somebody_else(given: Given) -> bool:
    os.setuid(os.getuid())
    return True


def change_the_clock(given: Given) -> bool:
    return allowed("clock_settime", 99, 0)


def leave_its_session(given: Given) -> bool:
    return allowed("setpgid", 0, 0) or call("setsid") > 0


def make_shared_memory(given: Given) -> bool:
    return allowed("shmget", 0, 0, 0)


def take_all_memory(given: Given) -> bool:
    taken = bytearray(450 << 20)
    return len(taken) > 0


def open_many_files(given: Given) -> bool:
    opened: list[int] = []
    try:
        opened.extend(os.open("/dev/null", os.O_RDONLY) for _ in range(600))
        return True
    finally:
        for one in opened:
            os.close(one)


def take_all_addresses(given: Given) -> bool:
    import mmap

    return len(mmap.mmap(-1, 2 << 30)) > 0


def exhaust_the_processes(given: Given) -> bool:
    """Threads with eight megabytes each, as they come: more than two hundred would be too many."""
    end, made = threading.Event(), 0
    try:
        for _ in range(220):
            threading.Thread(target=end.wait, daemon=True).start()
            made += 1
    except RuntimeError:
        return False
    finally:
        end.set()
    return made >= 200


PROBES = (
    read_the_hubs_environment, read_the_hubs_memory_map, read_a_siblings_command_line, list_all_processes,
    inherit_the_hubs_environment, trace_the_hub, read_a_siblings_memory, signal_the_hub, signal_a_sibling,
    signal_everybody, signal_a_thread_of_the_hub, hold_the_hub, squeeze_the_hub, slow_the_hub_down, fork,
    start_a_shell, spawn_a_program, start_a_program_with_a_library_of_its_own, become_another_program,
    make_a_name_space, enter_a_name_space, mount, change_the_root, read_the_keys, load_a_program_into_the_kernel,
    measure_the_machine, ask_by_way_of_a_ring, catch_page_faults, load_a_module, load_another_kernel,
    become_somebody_else, change_the_clock, leave_its_session, make_shared_memory, take_all_memory, open_many_files,
    take_all_addresses, exhaust_the_processes,
)  # fmt: skip
