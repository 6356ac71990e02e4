"""The embedded server: started, shared, killed and found again with everything that was committed."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from eventlog.embedded import EmbeddedPostgres, EmbeddedPostgresError
from tests.database import QUICK_SETTINGS

REPOSITORY = Path(__file__).resolve().parents[2]

# Starts or joins the server, says so with the server's pid, leaves in order when stdin ends.
USER_PROCESS = """
import sys
from pathlib import Path
from eventlog.embedded import EmbeddedPostgres

with EmbeddedPostgres(Path(sys.argv[1]), {"fsync": "off"}) as server:
    print(server.postmaster_pid(), flush=True)
    sys.stdin.read()
"""


def quick(data: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(data, QUICK_SETTINGS)


def start_user(data: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", USER_PROCESS, str(data)],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def server_pid_of(user: subprocess.Popen[str]) -> int:
    assert user.stdout is not None
    return int(user.stdout.readline())


def leave(user: subprocess.Popen[str]) -> None:
    user.communicate(timeout=30)
    assert user.returncode == 0


def eventually(condition: Callable[[], bool], timeout_s: float = 15.0) -> bool:
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def execute(server: EmbeddedPostgres, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(server.superuser_conninfo, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def postmaster(server: EmbeddedPostgres) -> int:
    pid = server.postmaster_pid()
    assert pid is not None
    return pid


def parent_of(pid: int) -> int:
    return int(subprocess.check_output(["ps", "-o", "ppid=", "-p", str(pid)]))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(scope="module")
def shared_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shared") / "data"


@pytest.fixture(scope="module")
def shared(shared_data: Path) -> Iterator[EmbeddedPostgres]:
    """A server for the tests that leave it running and need no data of their own."""
    with quick(shared_data) as server:
        yield server


def test_it_has_no_tcp_port(shared: EmbeddedPostgres) -> None:
    assert execute(shared, "show listen_addresses") == [("",)]
    assert execute(shared, "select inet_server_addr()") == [(None,)]


def test_a_password_is_required(shared: EmbeddedPostgres) -> None:
    for wrong in ("", "wrong"):
        address = make_conninfo(shared.superuser_conninfo, password=wrong)
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(address)
    methods = execute(shared, "select distinct auth_method from pg_hba_file_rules")
    assert methods == [("scram-sha-256",)]


def test_only_its_account_reaches_socket_data_and_password(
    shared: EmbeddedPostgres, shared_data: Path
) -> None:
    data = shared_data
    socket_directory = Path(str(conninfo_to_dict(shared.superuser_conninfo)["host"]))
    assert mode(socket_directory) == 0o700
    assert mode(socket_directory / ".s.PGSQL.5432") == 0o700
    assert mode(data) == mode(data / "postgres") == 0o700
    for private in ("postgres-password", "postgres.log", "users.lock", "server.lock"):
        assert mode(data / private) == 0o600


def test_it_never_runs_as_root(shared: EmbeddedPostgres) -> None:
    uid = int(subprocess.check_output(["ps", "-o", "uid=", "-p", str(postmaster(shared))]))
    supervisor = parent_of(postmaster(shared))
    assert uid == int(subprocess.check_output(["ps", "-o", "uid=", "-p", str(supervisor)]))
    assert uid != 0
    assert os.geteuid() in (0, uid)


def test_text_sorts_and_folds_by_code_point(shared: EmbeddedPostgres) -> None:
    row = execute(shared, "select 'Z' < 'a', lower('É'), current_setting('server_encoding')")
    assert row == [(True, "é", "UTF8")]


def test_committed_rows_survive_kill_9_of_the_server(own_server: EmbeddedPostgres) -> None:
    assert execute(own_server, "show fsync") == [("on",)]
    execute(own_server, "create table kept (n int)")
    address = own_server.superuser_conninfo
    for n in range(3):
        execute(own_server, f"insert into kept select generate_series({n}00, {n}99)")
        killed = postmaster(own_server)
        os.kill(killed, signal.SIGKILL)
        own_server.ensure_running()
        assert postmaster(own_server) != killed
        assert own_server.superuser_conninfo == address, "open pools would lose it"
        assert execute(own_server, "select count(*) from kept") == [((n + 1) * 100,)]


def test_committed_rows_survive_kill_9_of_the_supervisor(own_server: EmbeddedPostgres) -> None:
    execute(own_server, "create table kept as select 1 as n")
    killed = postmaster(own_server)
    os.kill(parent_of(killed), signal.SIGKILL)
    assert eventually(lambda: not own_server.is_running())
    own_server.ensure_running()
    assert postmaster(own_server) != killed
    assert execute(own_server, "select n from kept") == [(1,)]


def test_a_killed_server_comes_back_by_itself_while_it_is_used(shared: EmbeddedPostgres) -> None:
    time.sleep(2.1)  # one that dies at once is not started again and again
    killed = postmaster(shared)
    os.kill(killed, signal.SIGKILL)
    assert eventually(lambda: shared.postmaster_pid() != killed and shared.is_running())


def test_after_an_operator_stopped_it_a_user_can_start_it(shared: EmbeddedPostgres) -> None:
    os.kill(postmaster(shared), signal.SIGINT)
    assert eventually(lambda: shared.postmaster_pid() is None)
    shared.ensure_running()
    assert shared.is_running()


def test_a_restart_keeps_the_data(tmp_path: Path) -> None:
    with quick(tmp_path) as server:
        execute(server, "create table kept as select 7 as n")
    assert not server.is_running()
    assert server.postmaster_pid() is None
    with server:
        assert execute(server, "select n from kept") == [(7,)]


def test_processes_starting_at_once_share_one_server(tmp_path: Path) -> None:
    users = [start_user(tmp_path / "data") for _ in range(4)]
    servers = {server_pid_of(user) for user in users}
    for user in users:
        leave(user)
    assert len(servers) == 1


def test_threads_starting_at_once_share_one_server(tmp_path: Path) -> None:
    server = quick(tmp_path)
    with ThreadPoolExecutor(8) as threads:
        for started in [threads.submit(server.ensure_running) for _ in range(8)]:
            started.result()
    assert server.is_running()
    server.release()
    server.release()
    assert not server.is_running()


def test_the_last_one_out_stops_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    starter = start_user(data)
    server_pid_of(starter)
    with quick(data) as server:
        leave(starter)
        time.sleep(0.6)  # three looks of the supervisor
        assert server.is_running(), "who started it took it away"
        second = start_user(data)
        assert server_pid_of(second) == postmaster(server)
    assert server.is_running(), "one of two users took it away"
    leave(second)
    assert server.postmaster_pid() is None


def test_it_stops_after_kill_9_of_its_last_user(tmp_path: Path) -> None:
    server = quick(tmp_path / "data")
    user = start_user(tmp_path / "data")
    server_pid_of(user)
    user.kill()
    user.communicate()
    assert eventually(lambda: server.postmaster_pid() is None)
    assert not server.is_running()


def test_a_stale_lock_file_does_not_stop_it(tmp_path: Path) -> None:
    with quick(tmp_path) as server:
        execute(server, "create table kept as select 1 as n")
    cluster = tmp_path / "postgres"
    owner = cluster.stat().st_uid
    stranger = subprocess.Popen(["sleep", "60"], user=owner if os.geteuid() == 0 else None)
    try:
        # Its number was given to another process since, or a loss of power emptied the file.
        for content in (f"{stranger.pid}\n/elsewhere\n", ""):
            for lock_file in ("postmaster.pid", "socket/.s.PGSQL.5432.lock"):
                path = cluster / lock_file
                path.parent.mkdir(exist_ok=True)  # where this path is too long for a socket
                path.write_text(content)
                path.chmod(0o600)
                os.chown(path, owner, -1)
            with server:
                assert execute(server, "select n from kept") == [(1,)]
    finally:
        stranger.kill()
        stranger.wait()


def test_an_initdb_that_was_killed_is_begun_again(tmp_path: Path) -> None:
    (tmp_path / "postgres.new" / "base").mkdir(parents=True)
    with quick(tmp_path) as server:
        assert server.is_running()
    assert not (tmp_path / "postgres.new").exists()


def test_a_path_too_long_for_a_socket_gets_a_private_one_elsewhere(tmp_path: Path) -> None:
    data = tmp_path / "一个相当长的数据目录名称" / "一个相当长的数据目录名称" / "数据"
    with quick(data) as server:
        place = Path((data / "postgres-socket").read_text())
        assert len(os.fsencode(place / ".s.PGSQL.5432")) < 100
        assert mode(place) == 0o700
        assert not place.is_relative_to(data)
        assert quick(data).superuser_conninfo == server.superuser_conninfo
        os.kill(postmaster(server), signal.SIGKILL)
        server.ensure_running()
        assert (data / "postgres-socket").read_text() == str(place), "open pools would lose it"
    assert not place.exists()
    place.mkdir(mode=0o777)  # somebody else was quicker with the name of old
    place.chmod(0o777)
    with server:
        assert Path((data / "postgres-socket").read_text()) != place
    place.rmdir()


def test_a_long_log_is_moved_away(tmp_path: Path) -> None:
    (tmp_path / "postgres.log").write_bytes(b"an old line\n" * 1_000_000)
    with quick(tmp_path):
        assert eventually(lambda: (tmp_path / "postgres.log").stat().st_size < 100_000)
    assert (tmp_path / "postgres.log.1").read_bytes().startswith(b"an old line\nan old line\n")


def test_values_and_passwords_stay_out_of_the_log(
    shared: EmbeddedPostgres, shared_data: Path
) -> None:
    execute(shared, "create table person (phone text primary key)")
    execute(shared, "insert into person values ('13800000000')")
    with pytest.raises(psycopg.errors.UniqueViolation):
        execute(shared, "insert into person values ('13800000000')")
    with pytest.raises(psycopg.errors.UndefinedObject):
        execute(shared, "alter role nobody_here password 'secret-word'")
    log = (shared_data / "postgres.log").read_text()
    assert "duplicate key" in log
    assert "13800000000" not in log
    assert "secret-word" not in log


def test_a_server_that_cannot_start_says_why_and_is_not_kept(tmp_path: Path) -> None:
    broken = EmbeddedPostgres(tmp_path, {"fsync": "off", "shared_buffers": "a lot"})
    with pytest.raises(EmbeddedPostgresError, match=r"未能启动[\s\S]*shared_buffers[\s\S]*a lot"):
        broken.ensure_running()
    with quick(tmp_path) as server:
        assert server.is_running()


def test_a_wrong_password_file_is_named(tmp_path: Path) -> None:
    with quick(tmp_path):
        (tmp_path / "postgres-password").write_text("something else")
        second = quick(tmp_path)
        with pytest.raises(EmbeddedPostgresError, match="postgres-password is not the password"):
            second.ensure_running()
        assert not second.is_running()


def test_a_cluster_of_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedPostgresError, match=r"is of PostgreSQL 17, this program needs 18"):
        quick(tmp_path).ensure_running()


def test_a_data_directory_that_anybody_may_change_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with pytest.raises(EmbeddedPostgresError, match="chmod o-w"):
        quick(tmp_path).ensure_running()
    assert list(tmp_path.iterdir()) == []


def test_a_data_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EmbeddedPostgresError, match="cannot be used"):
        quick(tmp_path / "file" / "data").ensure_running()


def test_there_is_no_address_before_the_first_start(tmp_path: Path) -> None:
    server = quick(tmp_path)
    assert not server.is_running()
    with pytest.raises(EmbeddedPostgresError, match="never started"):
        _ = server.superuser_conninfo
