"""The contenders and their configurations: the same node, the same logins, the same limits."""

import os
import subprocess

from .contender import Contender, as_postgres, found, free_port, give_away, launch, write
from .node import USERS

# By pooling, the frontends that a contender must hold at a time (the crowd, the active ones, a few more), and the backends of its pool.
CLIENTS = {"session": 500, "transaction": 10_500}
BACKENDS = {"session": 32, "transaction": 16}


def directory_for(parent, name):
    path = f"{parent}/{name.replace(' ', '-').replace(',', '')}"
    os.mkdir(path, 0o755)
    return path


def host_rules():
    """pg_hba.conf's grammar, which all three read: each role by its own method."""
    return "".join(f"host all {user} 127.0.0.1/32 {method}\n" for method, user in USERS.items())


def direct(node):
    return Contender("direct", node.port)


def understudy(node, parent, pooling, shards=1, name=None):
    """One shard unless asked otherwise, since PgBouncer has one thread."""
    name = name or f"Understudy, {pooling}"
    here, port = directory_for(parent, name), free_port()
    write(f"{here}/pool_hba.conf", host_rules())
    write(f"{here}/pool_passwd", "".join(f"{user}:TEXT{node.passwords[user]}\n" for user in ("app", "legacy")))
    os.mkdir(f"{here}/state", 0o700)
    write(f"{here}/understudy.conf", f"""listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
backend_hostname0 = '127.0.0.1'
backend_port0 = {node.port}
health_check_user = 'understudy'
health_check_password = '{node.passwords["understudy"]}'
state_directory = '{here}/state'
control_socket = '{here}/control.sock'
hook_directory = '{here}/hooks'
enable_pool_hba = on
pool_hba_conf = '{here}/pool_hba.conf'
pool_passwd = '{here}/pool_passwd'
max_client_conn = {CLIENTS[pooling]}
pool_mode = {pooling}
default_pool_size = {BACKENDS[pooling]}
shards = {shards}
""")
    command = [node.understudy, "serve", "--file", f"{here}/understudy.conf", *(["--allow-root"] if os.geteuid() == 0 else [])]
    return launch(name, command, port, node, here)


def pgbouncer(node, parent, pooling):
    """None when it is not installed."""
    program = found("pgbouncer")
    if not program:
        return None
    name = f"PgBouncer, {pooling}"
    here, port = directory_for(parent, name), free_port()
    write(f"{here}/hba", host_rules())
    write(f"{here}/users", "".join(f'"{user}" "{node.passwords.get(user, "")}"\n' for user in USERS.values()))
    write(f"{here}/pgbouncer.ini", f"""[databases]
{node.database} = host=127.0.0.1 port={node.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = hba
auth_hba_file = {here}/hba
auth_file = {here}/users
pool_mode = {pooling}
default_pool_size = {BACKENDS[pooling]}
max_client_conn = {CLIENTS[pooling]}
log_connections = 0
log_disconnections = 0
""")
    give_away(here)
    return launch(name, as_postgres([program, f"{here}/pgbouncer.ini"]), port, node, here)


def pgpool(node, parent, children=24, balances=False):
    """None when it is not installed. It pools per session only: a child and its backends for each frontend. To balance reads it parses every statement."""
    program = found("pgpool")
    if not program:
        return None
    name = "pgpool-II, balancing" if balances else "pgpool-II"
    here, port = directory_for(parent, f"{name}-{children}"), free_port()
    write(f"{here}/pool_passwd", "".join(f"{user}:TEXT{node.passwords[user]}\n" for user in ("app", "legacy")))
    write(f"{here}/pool_hba.conf", host_rules())
    write(f"{here}/pcp.conf", "")
    write(f"{here}/pgpool.conf", f"""backend_clustering_mode = 'streaming_replication'
listen_addresses = '127.0.0.1'
port = {port}
pcp_port = {free_port()}
socket_dir = '{here}'
pcp_socket_dir = '{here}'
pid_file_name = '{here}/pgpool.pid'
logdir = '{here}'
backend_hostname0 = '127.0.0.1'
backend_port0 = {node.port}
backend_weight0 = 1
enable_pool_hba = on
pool_passwd = '{here}/pool_passwd'
num_init_children = {children}
max_pool = 1
load_balance_mode = {'on' if balances else 'off'}
health_check_period = 0
sr_check_period = 0
""")
    give_away(here)
    command = [program, "-n", "-f", f"{here}/pgpool.conf", "-a", f"{here}/pool_hba.conf", "-F", f"{here}/pcp.conf"]
    return launch(name, as_postgres(command), port, node, here)


def versions(node):
    """What ran, as each program says it; nothing for those that are not installed."""
    said = {"PostgreSQL": node.ask("SHOW server_version")}
    for name, program in (("PgBouncer", "pgbouncer"), ("pgpool-II", "pgpool")):
        path = found(program)
        if path:
            answer = subprocess.run([path, "--version"], capture_output=True, text=True)
            said[name] = (answer.stdout + answer.stderr).splitlines()[0]
    return said
