"""The network, past the hub and through it."""

from __future__ import annotations

import _socket
import http.client
import socket
from typing import Any

from .kernel import allowed

Given = dict[str, Any]


def reach_the_hubs_port_past_the_hub(given: Given) -> bool:
    made = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
    made.settimeout(3)
    made.connect(("127.0.0.1", given["port"]))
    return True


def reach_the_console(given: Given) -> bool:
    made = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    made.connect(given["console"])
    return True


def reach_an_abstract_socket(given: Given) -> bool:
    made = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    made.connect("\0" + given["abstract"])
    return True


def write_to_a_socket_of_the_house(given: Given) -> bool:
    near, _ = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_DGRAM)
    return near.sendto(b"x", given["datagram"]) == 1


def look_a_name_up_by_itself(given: Given) -> bool:
    made = _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM)
    return made.sendto(b"secret.example", ("127.0.0.1", given["udp"])) > 0


def open_a_raw_socket(given: Given) -> bool:
    return _socket.socket(_socket.AF_INET, _socket.SOCK_RAW, 1).fileno() >= 0


def open_a_packet_socket(given: Given) -> bool:
    return allowed("socket", 17, 3, 0)


def ask_the_kernel_for_routes(given: Given) -> bool:
    return _socket.socket(_socket.AF_NETLINK, _socket.SOCK_RAW, 0).fileno() >= 0


def reach_the_host_of_a_virtual_machine(given: Given) -> bool:
    return allowed("socket", 40, 1, 0)


def serve_the_network(given: Given) -> bool:
    made = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
    made.bind(("127.0.0.1", 0))
    made.listen(1)
    return True


def _asks(host: str, port: int) -> bool:
    asking = http.client.HTTPConnection(host, port, timeout=5)
    asking.request("GET", "/")
    return asking.getresponse().status > 0


def ask_a_service_of_the_machine(given: Given) -> bool:
    return _asks("127.0.0.1", given["service"])


def ask_a_service_by_name(given: Given) -> bool:
    return _asks("localhost", given["service"])


def ask_the_hub_over_http(given: Given) -> bool:
    return _asks("127.0.0.1", given["port"])


def ask_in_the_mapped_form(given: Given) -> bool:
    return _asks("::ffff:127.0.0.1", given["service"])


def ask_for_the_credentials_of_the_cloud(given: Given) -> bool:
    return _asks("169.254.169.254", 80)


def ask_an_undeclared_name(given: Given) -> bool:
    socket.create_connection(("undeclared.invalid", 443), 5)
    return True


def ask_the_neighbour_in_the_lan(given: Given) -> bool:
    return _asks("192.168.1.1", 80)


def hand_the_hub_a_file_for_a_socket(given: Given) -> bool:
    """A hub that falls for it stops carrying: afterwards an allowed request must still be answered."""
    from hub.child import tunnel

    with open("/dev/null", "rb") as file:
        socket.send_fds(tunnel._way_out[0], [b"declared.example 443"], [file.fileno()])
        socket.send_fds(tunnel._way_out[0], [b"\xff" * 300], [file.fileno(), file.fileno()])
    try:
        socket.create_connection(("still.undeclared.example", 443), 5)
    except PermissionError as error:
        return "refused" not in str(error)
    return True


PROBES = (
    reach_the_hubs_port_past_the_hub, reach_the_console, reach_an_abstract_socket, write_to_a_socket_of_the_house,
    look_a_name_up_by_itself, open_a_raw_socket, open_a_packet_socket, ask_the_kernel_for_routes,
    reach_the_host_of_a_virtual_machine, serve_the_network, ask_a_service_of_the_machine, ask_a_service_by_name,
    ask_the_hub_over_http, ask_in_the_mapped_form, ask_for_the_credentials_of_the_cloud, ask_an_undeclared_name,
    ask_the_neighbour_in_the_lan, hand_the_hub_a_file_for_a_socket,
)  # fmt: skip
WAITING = PROBES[10:]
