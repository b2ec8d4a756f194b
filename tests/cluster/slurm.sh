#!/usr/bin/env bash
# A real SLURM of one node in a folder of its own: slurm.sh start FOLDER | slurm.sh stop FOLDER
#
# Run as root, without systemd (Debian packages slurm-wlm and munge). Nothing outside FOLDER is
# written, ports are free ones, and `stop` ends only what `start` began, so it may run next to a real
# installation and next to itself. Afterwards `. FOLDER/environment` gives sbatch, squeue and the
# others this cluster. FOLDER's path has to be short: it holds a socket.
set -euo pipefail

start() {
    mkdir -p "$folder"/{munge,state,spool,log,bin}
    chmod 700 "$folder/munge"
    head -c 1024 /dev/urandom >"$folder/munge/key"
    chmod 600 "$folder/munge/key"
    # What the plugin starts on a node forgets SLURM_CONF, so srun is told here.
    printf '#!/bin/sh\nSLURM_CONF=%s exec %s "$@"\n' "$folder/slurm.conf" "$(command -v srun)" \
        >"$folder/bin/srun"
    chmod +x "$folder/bin/srun"
    printf 'export SLURM_CONF=%s PATH=%s:$PATH\n' "$folder/slurm.conf" "$folder/bin" \
        >"$folder/environment"
    configure
    daemon munge munged --foreground --force --socket="$folder/munge/socket" \
        --key-file="$folder/munge/key" --pid-file="$folder/munge/pid" \
        --seed-file="$folder/munge/seed" --log-file="$folder/log/munged.log"
    wait_for 10 test -S "$folder/munge/socket"
    daemon slurmctld slurmctld -D -f "$folder/slurm.conf"
    daemon slurmd slurmd -D -f "$folder/slurm.conf" -N node
    wait_for 60 is_idle
}

configure() {
    ports=($(python3 - <<'PYTHON'
import socket
sockets = [socket.socket() for _ in range(2)]
for one in sockets:
    one.bind(("127.0.0.1", 0))
print(*[one.getsockname()[1] for one in sockets])
PYTHON
    ))
    cat >"$folder/slurm.conf" <<CONFIGURATION
ClusterName=tests
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmctldPort=${ports[0]}
SlurmdPort=${ports[1]}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
CryptoType=crypto/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/log/slurmctld.log
SlurmdLogFile=$folder/log/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
ReturnToService=2
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=2,batch_sched_delay=0,sched_min_interval=0
MinJobAge=3600
KillWait=20
OverTimeLimit=0
GresTypes=gpu
NodeName=node NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 CPUs=16 RealMemory=64000 Gres=gpu:1 State=UNKNOWN
PartitionName=main Nodes=node Default=YES MaxTime=INFINITE State=UP
CONFIGURATION
    # Counted and given out as a GPU would be; there is no CUDA on it.
    echo "NodeName=node Name=gpu File=/dev/null" >"$folder/gres.conf"
}

daemon() {
    local name=$1
    shift
    setsid "$@" >"$folder/log/$name.out" 2>&1 </dev/null &
    # The process itself and when it started: its number alone may be given to another one.
    echo "$! $(started_at $!)" >"$folder/$name.started"
}

started_at() {
    # The 22nd field of stat, counted behind the command in brackets.
    sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20
}

is_idle() {
    SLURM_CONF=$folder/slurm.conf sinfo --noheader --format=%T 2>/dev/null | grep -q idle
}

is_empty() {
    [ -z "$(SLURM_CONF=$folder/slurm.conf squeue --noheader 2>/dev/null)" ]
}

wait_for() {
    local seconds=$1
    shift
    for _ in $(seq $((10 * seconds))); do
        if "$@"; then return 0; fi
        sleep 0.1
    done
    echo "slurm.sh: waited $seconds s in vain for: $*" >&2
    tail -n 5 "$folder"/log/* >&2
    return 1
}

stop() {
    if [ -e "$folder/slurmctld.started" ]; then
        SLURM_CONF=$folder/slurm.conf timeout 10 scancel --user="$(id -un)" 2>/dev/null || true
        wait_for 30 is_empty || true
    fi
    for name in slurmd slurmctld munge; do
        [ -e "$folder/$name.started" ] || continue
        read -r process started <"$folder/$name.started"
        if [ "$(started_at "$process")" = "$started" ]; then
            kill "$process"
            wait_for 10 has_ended "$process" "$started" || kill -9 "$process"
        fi
        rm "$folder/$name.started"
    done
}

has_ended() {
    [ "$(started_at "$1")" != "$2" ]
}

if [ $# != 2 ] || [[ ! $1 =~ ^(start|stop)$ ]]; then
    sed -n '2s/^# //p' "$0" >&2
    exit 2
fi
folder=$(realpath -m "$2")
"$1"
