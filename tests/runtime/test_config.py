import re
import stat
import threading
from dataclasses import fields
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engine.problems import Problem
from runtime.config import ConfigError, Settings, settings_reference


def problems(environment: dict[str, str]) -> tuple[Problem, ...]:
    with pytest.raises(ConfigError) as refused:
        Settings.read(environment)
    return refused.value.problems


def test_everything_has_a_default() -> None:
    settings = Settings.read({})
    assert settings.database_url == "sqlite:///var/quartet.db"
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.time_zone == ZoneInfo("Asia/Shanghai")
    assert settings.language == "zh"
    assert settings.smtp_url == ""


def test_variables_are_read_as_what_they_are(tmp_path: Path) -> None:
    settings = Settings.read(
        {
            "QUARTET_DATA": str(tmp_path),
            "QUARTET_PORT": "9000",
            "QUARTET_HOST": "0.0.0.0",  # noqa: S104
            "QUARTET_BASE_URL": "https://quartet.example.com/",
            "QUARTET_TIME_ZONE": "Europe/Berlin",
            "QUARTET_LANGUAGE": "en",
            "PATH": "/bin",
        }
    )
    assert settings.port == 9000
    assert settings.base_url == "https://quartet.example.com"
    assert settings.database_url == f"sqlite:///{tmp_path}/quartet.db"
    assert settings.time_zone == ZoneInfo("Europe/Berlin")


def test_a_variable_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "quartet.toml"
    file.write_text('port = 9000\nlanguage = "en"\n')
    settings = Settings.read({"QUARTET_CONFIG": str(file), "QUARTET_PORT": "9001"})
    assert (settings.port, settings.language) == (9001, "en")


def test_every_problem_is_reported_at_once_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "quartet.toml"
    file.write_text('# ours\nprot = 9000\nlanguage = "fr"\nthreads = [1]\n\n[smtp]\nhost = "x"\n')
    found = problems(
        {"QUARTET_CONFIG": str(file), "QUARTET_TIMEZONE": "Asia/Shanghai", "QUARTET_SESSION_HOURS": "soon"}
    )
    assert [problem.line("en").replace(str(file), "quartet.toml") for problem in found] == [
        "quartet.toml:2:1: unknown-setting There is no setting 'prot'. Did you mean 'port'?",
        "quartet.toml:3:1: wrong-setting 'language' cannot be 'fr'; expected zh or en",
        "quartet.toml:4:1: wrong-setting 'threads' cannot be '[1]'; expected a whole number from 1 to 64",
        "quartet.toml:6:2: unknown-setting There is no setting 'smtp'. Did you mean 'smtp_url'?",
        "unknown-setting There is no setting 'QUARTET_TIMEZONE'. Did you mean 'QUARTET_TIME_ZONE'?",
        "wrong-setting 'QUARTET_SESSION_HOURS' cannot be 'soon'; expected a whole number from 1 to 8760",
    ]
    assert "没有「QUARTET_TIMEZONE」这个设置" in found[4].sentence.zh


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", ""),
        ("PORT", "8000.0"),
        ("HOST", " "),
        ("BASE_URL", "example.com"),
        ("BASE_URL", "ftp://example.com"),
        ("SMTP_URL", "mail.example.com"),
        ("SMTP_URL", "smtp://host:port"),
        ("MAIL_FROM", "nobody"),
        ("MAIL_FROM", "a@b.c\nBcc: d@e.f"),
        ("TIME_ZONE", "Shanghai"),
        ("TIME_ZONE", "../../etc/passwd"),
        ("TIME_ZONE", ""),
        ("LANGUAGE", "ZH"),
        ("DATA", ""),
        ("SESSION_HOURS", "-1"),
    ],
)
def test_a_wrong_value_names_the_variable_and_what_is_expected(name: str, value: str) -> None:
    (problem,) = problems({f"QUARTET_{name}": value})
    assert problem.code.name == "wrong-setting"
    assert f"QUARTET_{name}" in problem.sentence.en
    assert "expected" in problem.sentence.en
    assert problem.fix.zh


@pytest.mark.parametrize(
    "secret",
    ["short", "x" * 64, "changeme-changeme-changeme-changeme-1", "this-is-the-secret-key-of-our-Quartet-0"],
)
def test_weak_keys_are_refused(secret: str) -> None:
    assert [problem.code.name for problem in problems({"QUARTET_SECRET_KEY": secret})] == ["weak-secret"]


def test_a_secret_never_shows_in_a_problem_or_a_log() -> None:
    found = problems({"QUARTET_SMTP_URL": "http://name:hunter2@mail", "QUARTET_SECRET_KEY": "hunter2"})
    assert "hunter2" not in "".join(problem.line("en") + problem.line("zh") for problem in found)
    settings = Settings(
        secret_key="hunter2" * 9, smtp_url="smtp://a:hunter2@b", database_url="postgresql://a:hunter2@b/c"
    )
    assert "hunter2" not in repr(settings)


def test_a_mail_server_needs_a_sender() -> None:
    (problem,) = problems({"QUARTET_SMTP_URL": "smtp://mail.example.com"})
    assert problem.code.name == "no-mail-sender"
    assert "QUARTET_MAIL_FROM" in problem.fix.en


@pytest.mark.parametrize("content", [None, "port = ", "\ufeff[", b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path, content: str | bytes | None) -> None:
    file = tmp_path / "quartet.toml"
    if content is not None:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = problems({"QUARTET_CONFIG": str(file), "QUARTET_PORT": "x"})
    assert {problem.code.name for problem in found} == {"unreadable-config", "wrong-setting"}


def test_variables_of_the_tests_are_left_alone() -> None:
    Settings.read({"QUARTET_TEST_POSTGRES_URL": "x", "QUARTET_HYPOTHESIS": "nightly"})


def test_a_key_is_drawn_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "new")
    secret = settings.secret()
    assert len(secret) >= 32
    assert Settings(data=tmp_path / "new").secret() == secret
    assert Settings(data=tmp_path / "other").secret() != secret
    mode = stat.S_IMODE((tmp_path / "new" / "secret.key").stat().st_mode)
    assert mode == 0o600
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["secret.key"]
    assert Settings(secret_key="k" * 40, data=tmp_path).secret() == "k" * 40


@pytest.mark.parametrize(("content", "code"), [("", "weak-secret"), ("\u00e9" * 40, "unreadable-secret")])
def test_a_key_file_that_holds_no_key_is_refused(tmp_path: Path, content: str, code: str) -> None:
    (tmp_path / "secret.key").write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        Settings(data=tmp_path).secret()
    assert [problem.code.name for problem in refused.value.problems] == [code]


def test_a_data_folder_that_cannot_be_made_is_a_problem() -> None:
    with pytest.raises(ConfigError) as refused:
        Settings(data=Path("/dev/null/var")).secret()
    assert [problem.code.name for problem in refused.value.problems] == ["unreadable-secret"]


@pytest.mark.parametrize(
    ("host", "shown"),
    [("::1", "http://[::1]:8000"), ("0.0.0.0", "http://localhost:8000"), ("::", "http://localhost:8000")],  # noqa: S104
)
def test_links_name_a_host_that_a_browser_can_reach(host: str, shown: str) -> None:
    assert Settings(host=host).base_url == shown


def test_starts_at_the_same_time_agree_on_one_key(tmp_path: Path) -> None:
    barrier, found = threading.Barrier(8), []

    def start() -> None:
        barrier.wait()
        found.append(Settings(data=tmp_path).secret())

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_the_reference_lists_every_setting_in_both_languages() -> None:
    listed = settings_reference()
    assert [one.name for one in listed] == [one.name for one in fields(Settings)]
    for one in listed:
        assert one.variable == f"QUARTET_{one.name.upper()}"
        assert re.search(r"[\u4e00-\u9fff]", one.help.zh)
        assert one.help.en.isascii()
        assert one.expected.zh
        assert one.expected.en
