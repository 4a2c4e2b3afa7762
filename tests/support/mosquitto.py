"""A real mosquitto that a test can stop and start again on the same port."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.process import free_port, program, start, stop


@dataclass
class Mosquitto:
    """A broker on loopback. `users` maps names to passwords; without any, everyone may connect."""

    folder: Path
    users: Mapping[str, str] = field(default_factory=dict)
    persistence: bool = False
    """Keep sessions and retained messages over stop() and start()."""
    listener: Sequence[str] = ()
    """Further lines for the listener: TLS, limits, ACL."""
    port: int = field(default_factory=free_port)
    host: str = "127.0.0.1"
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """mqtt://host:port, with no credentials in it."""
        return f"mqtt://{self.host}:{self.port}"

    @property
    def log(self) -> str:
        """What the broker has said so far."""
        path = self.folder / "mosquitto.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def start(self) -> None:
        """Run the broker; returns when it takes connections."""
        self.folder.mkdir(parents=True, exist_ok=True)
        config = self.folder / "mosquitto.conf"
        config.write_text("\n".join(self._config()) + "\n")
        command = [program("mosquitto"), "-c", str(config)]
        self._process = start(command, self.folder / "mosquitto.log", self.port)

    def stop(self) -> None:
        """End the broker; clients see the connection close."""
        if self._process is not None:
            stop(self._process)
            self._process = None

    def kill(self) -> None:
        """End the broker by SIGKILL, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def _config(self) -> list[str]:
        lines = [f"listener {self.port} {self.host}", *self.listener, "log_type all", "max_queued_messages 0"]
        if os.geteuid() == 0:
            lines.insert(0, "user root")  # it would drop to a user that may not read the temporary folder
        if self.users:
            passwords = self.folder / "passwords"
            passwords.touch(mode=0o600)
            for name, password in self.users.items():
                command = [program("mosquitto_passwd"), "-b", str(passwords), name, password]
                subprocess.run(command, check=True, capture_output=True)
            lines += ["allow_anonymous false", f"password_file {passwords}"]
        else:
            lines.append("allow_anonymous true")
        if self.persistence:
            lines += ["persistence true", f"persistence_location {self.folder}/"]
        return lines
