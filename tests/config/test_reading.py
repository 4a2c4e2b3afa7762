"""The configuration as an owner writes it: what is taken from it, and how it says what is wrong."""

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from hub.config import ConfigFlaws, load_settings, read_config
from hub.daemon import Settings
from hub.errors import ConfigInvalid


def write(folder: Path, **files: str) -> None:
    """`hub_yaml="..."` becomes hub.yaml; two underscores are a slash."""
    for name, text in files.items():
        stem, _, suffix = name.replace("__", "/").rpartition("_")
        path = folder / f"{stem}.{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))


def read(folder: Path, variables: Mapping[str, str] | None = None, **files: str) -> Settings:
    write(folder, **files)
    return load_settings(folder, variables=variables or {})


def refused(folder: Path, variables: Mapping[str, str] | None = None, **files: str) -> list[str]:
    write(folder, **files)
    with pytest.raises(ConfigFlaws) as caught:
        load_settings(folder, variables=variables or {})
    return [str(one) for one in caught.value.errors]


def test_an_empty_folder_and_one_that_is_not_there_give_the_defaults(tmp_path: Path) -> None:
    settings = load_settings(tmp_path / "nowhere")
    assert (settings.host, settings.port, settings.entries) == ("127.0.0.1", 8480, ())
    assert settings.data_dir == tmp_path / "nowhere" / "data"
    assert not (tmp_path / "nowhere").exists()
    assert read(tmp_path, hub_yaml="").port == 8480
    assert read(tmp_path, hub_yaml="web:\n  # port: 1\nintegrations:\n").port == 8480


def test_every_setting_arrives(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        hub_yaml="""
            web: {host: 0.0.0.0, port: 81, hosts: [Hub.example.org], trusted_proxies: [10.0.0.1], metrics_open: true}
            database: {url: "postgresql://anna:pw@db/home"}
            data: /var/data
            custom_integrations: own
            logging: {level: warning, levels: {integrations.mqtt: debug}, size: 1MB, keep: 2}
            household: {name: Home, time_zone: Europe/Madrid, latitude: 40.4, longitude: -3.7}
            integrations:
              - {domain: open_meteo, title: Weather}
              - {domain: nightscout, person: anna, id: ns, disabled: true, options: {url: "https://x"}}
        """,
    )
    assert (settings.host, settings.port, settings.metrics_open) == ("0.0.0.0", 81, True)
    assert (settings.allowed_hosts, settings.trusted_proxies) == (("hub.example.org",), ("10.0.0.1",))
    assert settings.url == "postgresql+asyncpg://anna:pw@db/home"
    assert (settings.data_dir, settings.custom_integrations) == (Path("/var/data"), tmp_path / "own")
    assert (settings.log.level, settings.log.size, settings.log.keep) == ("warning", 1_000_000, 2)
    assert settings.household == {
        "name": "Home", "time_zone": "Europe/Madrid", "latitude": 40.4, "longitude": -3.7
    }  # fmt: skip
    weather, follower = settings.entries
    assert (weather.id, weather.title, weather.declared_in) == ("open_meteo", "Weather", "hub.yaml:9")
    assert (follower.id, follower.person, follower.disabled, follower.options) == (
        "ns", "anna", True, {"url": "https://x"}
    )  # fmt: skip


def test_a_sqlite_file_is_meant_beside_the_settings(tmp_path: Path) -> None:
    settings = read(tmp_path, hub_yaml="database: {url: sqlite:///my.db}")
    assert settings.url == f"sqlite+aiosqlite:///{tmp_path}/my.db"


def test_words_that_older_yaml_takes_for_booleans_and_times_stay_words(tmp_path: Path) -> None:
    options = read(
        tmp_path,
        hub_yaml="""
            integrations:
              - domain: mqtt
                options: {on: ON, off: off, y: yes, clock: 12:30, pin: 0123, day: 2026-03-01, n: 7, f: 1e3, t: true,
                          nothing: ~, quoted: "7"}
        """,
    ).entries[0].options  # fmt: skip
    assert options == {
        "on": "ON", "off": "off", "y": "yes", "clock": "12:30", "pin": "0123", "day": "2026-03-01", "n": 7,
        "f": 1000.0, "t": True, "nothing": None, "quoted": "7",
    }  # fmt: skip


def test_an_unknown_key_is_told_with_file_line_and_the_key_that_was_meant(tmp_path: Path) -> None:
    assert refused(tmp_path, hub_yaml="web:\n  host: 127.0.0.1\n  prot: 80\n") == [
        "hub.yaml:3: web.prot: this key is not known here. Did you mean 'port'?"
    ]
    assert refused(tmp_path, hub_yaml="port: 80\n") == [
        "hub.yaml:1: port: this key is not known here. It belongs under web."
    ]


def test_several_errors_are_told_at_once_each_with_its_line(tmp_path: Path) -> None:
    errors = refused(
        tmp_path,
        hub_yaml="""\
            web:
              port: 70000
              hosts: [https://x.org]
            logging:
              level: loud
            household: {time_zone: Europe/Madird}
            databse: {}
        """,
    )
    assert [one.split(": ")[:2] for one in errors] == [
        ["hub.yaml:2", "web.port"],
        ["hub.yaml:3", "web.hosts"],
        ["hub.yaml:5", "logging.level"],
        ["hub.yaml:6", "household.time_zone"],
        ["hub.yaml:7", "databse"],
    ]
    assert "at most 65535" in errors[0]
    assert "bare name" in errors[1]
    assert "debug, info, warning or error" in errors[2]


def test_a_key_that_stands_twice_is_told_with_both_lines(tmp_path: Path) -> None:
    assert refused(tmp_path, hub_yaml="web:\n  port: 1\n  host: h\n  port: 2\n") == [
        "hub.yaml:4: web.port: this key stands here twice, first in line 2. Keep one of them."
    ]


@pytest.mark.parametrize(
    ("text", "where", "advice"),
    [
        ("web:\n\tport: 1\n", "hub.yaml:2", "spaces, not with tabs"),
        ("web:\n  port: 1\n host: h\n", "hub.yaml:3", "indentation"),
        ("web: {port: 1\n", "hub.yaml:2", ""),
        ("data: it: is\n", "hub.yaml:1", "colon needs quotes"),
        ("data: @home\n", "hub.yaml:1", "needs quotes"),
    ],
)
def test_what_is_no_yaml_is_told_with_its_line(tmp_path: Path, text: str, where: str, advice: str) -> None:
    (error,) = refused(tmp_path, hub_yaml=text)
    assert error.startswith(f"{where}: this is not YAML")
    assert advice in error


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "household: Home\n",
            "household: lines of `key: value` are expected below this key. For example: `household: {",
        ),
        ("web: {port: many}\n", "web.port: a whole number is expected here. For example: `port: 8480`."),
        ("web: {host: [a]}\n", "web.host: a text is expected here. For example: `host: 0.0.0.0`."),
        ("web: {metrics_open: perhaps}\n", "web.metrics_open: true or false is expected here."),
        ("integrations: weather\n", "integrations: a list is expected here"),
        ("logging: {levels: {hub: loud}}\n", "logging.levels.hub: one of these is expected here: debug, info"),
        ("household: {latitude: 91}\n", "household.latitude: this must be at most 90. For example: `latitude: 40.4`."),
        ("logging: {size: big}\n", "logging.size: a size is expected here"),
    ],
)
def test_what_is_expected_is_said_in_plain_words_with_an_example(tmp_path: Path, text: str, told: str) -> None:
    (error,) = refused(tmp_path, hub_yaml=text)
    assert error.startswith(f"hub.yaml:1: {told}")
    assert "Input" not in error
    assert "dictionary" not in error


def test_the_line_where_a_file_stops_being_text_is_told(tmp_path: Path) -> None:
    for junk in (b"\xe9", b"\x01"):
        (tmp_path / "hub.yaml").write_bytes(b"\xef\xbb\xbfweb:\n  port: 1\nhousehold:\n  name: Caf" + junk + b"\n")
        with pytest.raises(ConfigFlaws, match=r"^hub\.yaml:4: this is not a text file"):
            load_settings(tmp_path)


def test_a_list_or_a_word_in_place_of_settings_is_refused(tmp_path: Path) -> None:
    (error,) = refused(tmp_path, hub_yaml="- web\n")
    assert "`key: value` lines" in error
    assert "integrations" in error
    (tmp_path / "hub.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigFlaws, match="not a text file"):
        load_settings(tmp_path)


def test_secrets_come_from_the_file_beside_and_variables_from_env_files_and_the_environment(tmp_path: Path) -> None:
    files = {
        "hub_yaml": """
            web: {port: !env HUB_PORT 8000, host: !env HUB_HOST}
            database: {url: !env NOT_SET ""}
            integrations:
              - domain: nightscout
                person: anna
                options: {token: !secret ns_token, url: !env NS_URL "https://default.example"}
        """,
        "secrets_yaml": "ns_token: abc-123\nother: x\n",
    }
    (tmp_path / ".env").write_text("HUB_HOST=192.168.1.2\nHUB_PORT=81\n")
    settings = read(tmp_path, {"HUB_PORT": "82"}, **files)
    assert (settings.host, settings.port, settings.database_url) == ("192.168.1.2", 82, "")
    assert settings.entries[0].options == {"token": "abc-123", "url": "https://default.example"}


def test_a_missing_secret_or_variable_names_what_to_do_and_quotes_nothing(tmp_path: Path) -> None:
    errors = refused(
        tmp_path,
        hub_yaml="""\
            data: !secret hunter2
            custom_integrations: !secret data_foldr
            web: {host: !env HUB_HSOT}
            database: {url: !hunter3 x}
        """,
        secrets_yaml="data_folder: x\n",
    )
    assert errors == [
        (
            "hub.yaml:1: data: there is no secret of this name. Add a line `name: the secret` to secrets.yaml beside "
            "hub.yaml."
        ),
        "hub.yaml:2: custom_integrations: there is no secret of this name. Did you mean 'data_folder'?",
        (
            "hub.yaml:3: web.host: the environment variable HUB_HSOT is not set. Set it, write it into .env beside "
            "hub.yaml, or give a default: `!env HUB_HSOT something`."
        ),
        (
            "hub.yaml:4: database.url: this tag is not known here. A text that begins with ! needs quotes. "
            "There are: !env, !include, !include_dir_list, !include_dir_named, !secret."
        ),
    ]


def test_no_error_quotes_a_secret_value(tmp_path: Path) -> None:
    canary = "hunter2-canary"
    write(
        tmp_path,
        hub_yaml="""
            web: {port: !secret a, hosts: !secret b, trusted_proxies: [!secret a]}
            database: {url: !secret a}
            logging: {size: !secret a, levels: {x: !secret a}}
            household: {latitude: !env TOKEN_A, time_zone: !secret a}
            integrations:
              - {domain: !secret a, person: !secret b, disabled: !secret a}
        """,
        secrets_yaml=f"a: {canary}\nb: https://{canary}\n",
    )
    with pytest.raises(ConfigFlaws) as caught:
        load_settings(tmp_path, variables={"TOKEN_A": canary})
    assert len(caught.value.errors) > 6
    assert canary not in str(caught.value)
    assert canary not in repr(caught.value)


def test_the_password_of_the_database_is_in_no_text_of_the_settings(tmp_path: Path) -> None:
    settings = read(tmp_path, hub_yaml="database: {url: 'postgresql://u:hunter2@h/n'}")
    assert "hunter2" not in repr(settings)
    (error,) = refused(tmp_path, hub_yaml="database: {url: 'mysql://u:hunter2@h/n'}")
    assert error.startswith("hub.yaml:1: database.url: this is not the address of a database")
    assert "hunter2" not in error


def test_includes_bring_files_and_folders_of_the_same_folder(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        hub_yaml="""
            web: !include parts/web.yaml
            integrations: !include_dir_list entries
            household: {units: !include_dir_named units}
        """,
        parts__web_yaml="port: !include port.yaml\n",
        parts__port_yaml="99\n",
        entries__a_yaml="domain: open_meteo\n",
        entries__b_yaml="\ndomain: mqtt\n",
        units__weight_yaml="kg\n",
    )
    assert settings.port == 99
    assert [(one.id, one.declared_in) for one in settings.entries] == [
        ("open_meteo", "entries/a.yaml:1"),
        ("mqtt", "entries/b.yaml:1"),
    ]
    assert settings.household["units"] == {"weight": "kg"}


def test_an_error_in_an_included_file_names_that_file(tmp_path: Path) -> None:
    assert refused(tmp_path, hub_yaml="data: x\nweb: !include web.yaml\n", web_yaml="host: h\nprot: 1\n") == [
        "web.yaml:2: web.prot: this key is not known here. Did you mean 'port'?"
    ]


def test_an_include_cannot_leave_the_folder_not_even_by_a_link(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text("port: 1\n")
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "link.yaml").symlink_to(outside)
    for name in ("../outside.yaml", str(outside), "link.yaml"):
        (error,) = refused(folder, hub_yaml=f"web: !include {name}\n")
        assert "within the configuration folder" in error
    (error,) = refused(folder, hub_yaml="web: !include nowhere.yaml\n")
    assert "there is no file nowhere.yaml" in error
    (error,) = refused(folder, hub_yaml="web: !include hub.yaml\n")
    assert "includes itself" in error


def test_aliases_of_aliases_end(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    errors = refused(tmp_path, hub_yaml="\n".join(lines))
    assert any("too large" in one for one in errors)


def test_a_broken_entry_is_kept_with_its_problem_and_the_others_are_healthy(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        hub_yaml="""\
            integrations:
              - domain: open_meteo
              - domain: nightscout
                persn: anna
                options: {token: !secret nowhere}
              - just a word
              - {title: no domain}
              - !include nowhere.yaml
              - {domain: open_meteo, id: open_meteo}
              - domain: mqtt
        """,
    )
    by_id = {one.id: one for one in settings.entries}
    assert [one.id for one in settings.entries if not one.problem] == ["open_meteo", "mqtt"]
    broken = by_id["nightscout"]
    assert broken.declared_in == "hub.yaml:3"
    assert "hub.yaml:4: persn: this key is not known here. Did you mean 'person'?" in broken.problem
    assert "hub.yaml:5: options.token: there is no secret of this name." in broken.problem
    assert "`domain: ...`" in by_id["unknown"].problem
    assert "domain: this key is missing" in by_id["unknown_2"].problem
    assert "there is no file nowhere.yaml" in by_id["unknown_3"].problem
    assert "this id is that of the entry in hub.yaml:2" in by_id["open_meteo_2"].problem


def test_an_entry_counts_only_when_it_is_wanted_here(tmp_path: Path) -> None:
    text = """
        integrations:
          - {domain: mqtt, when: !env BROKER "", options: {url: !env BROKER}}
          - {domain: open_meteo, when: true}
    """
    assert [one.id for one in read(tmp_path, hub_yaml=text).entries] == ["open_meteo"]
    assert [one.id for one in read(tmp_path, {"BROKER": "mqtt://b"}, hub_yaml=text).entries] == ["mqtt", "open_meteo"]


def test_a_folder_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "hub.yaml").mkdir()
    with pytest.raises(ConfigInvalid, match="folder"):
        load_settings(tmp_path)


def test_the_places_of_values_are_known(tmp_path: Path) -> None:
    write(tmp_path, hub_yaml="integrations:\n  - domain: mqtt\n    options:\n      port: 1\n")
    reading = read_config(tmp_path, variables={})
    path = reading.paths["mqtt"]
    assert str(reading.places.of((*path, "options", "port"))) == "hub.yaml:4"
    assert str(reading.places.of((*path, "options", "nowhere"))) == "hub.yaml:3"
