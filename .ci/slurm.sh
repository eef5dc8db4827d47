#!/usr/bin/env bash
# Runs a command on a SLURM cluster of this one machine: munge and Debian's slurm-wlm, as root.
#   .ci/slurm.sh .venv/bin/pytest -m slow tests/slurm
# What it writes lies in a folder of its own; nothing of an installed cluster is read or changed.
set -euo pipefail

if [ "$(id -u)" != 0 ]; then
    echo "SLURM: left out, must be root to start a cluster: $*"
    exit 0
fi
folder=$(mktemp -d "${TMPDIR:-/tmp}/sl-slurm-XXXX")
stop() {
    local file daemon
    for file in "$folder/slurmd.pid" "$folder/slurmctld.pid" "$folder/munge/pid"; do
        [ -f "$file" ] || continue
        daemon=$(cat "$file")
        while kill "$daemon" 2>/dev/null; do sleep 0.2; done
    done
    rm -rf "$folder"
}
trap stop EXIT

if ! { command -v slurmctld && command -v munged; } >/dev/null; then
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive timeout 300 apt-get install -y -qq slurm-wlm munge; } \
        >"$folder/apt.log" 2>&1 || {
        echo "SLURM: left out, slurm-wlm and munge cannot be installed ($(tail -n 1 "$folder/apt.log")): $*"
        exit 0
    }
fi

host=$(hostname -s) cores=$(nproc) memory=$(awk '/MemTotal/ {print int($2 / 1024 * 0.9)}' /proc/meminfo)
# Ports that are free: two of these clusters on one machine would take each other's.
read -r control node < <(python3 -c '
import socket
both = [socket.create_server(("", 0)) for _ in range(2)]
print(*(one.getsockname()[1] for one in both))')
export SLURM_CONF="$folder/slurm.conf"
cat >"$SLURM_CONF" <<END
ClusterName=sl
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
# A job that is queued again starts after the credentials' time.
AuthInfo=socket=$folder/munge.socket,cred_expire=10
CredType=cred/munge
CommunicationParameters=NoAddrCache
SlurmctldPort=$control
SlurmdPort=$node
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobRequeue=1
ReturnToService=2
MpiDefault=none
SchedulerParameters=sched_interval=2,bf_interval=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=$cores RealMemory=$memory State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
END
mkdir -p "$folder/state" "$folder/spool"
chmod 755 "$folder"
install -m 700 -d "$folder/munge"
head -c 1024 /dev/urandom >"$folder/munge/key"
chmod 600 "$folder/munge/key"
started() {
    munged --force --socket="$folder/munge.socket" --key-file="$folder/munge/key" \
        --pid-file="$folder/munge/pid" --seed-file="$folder/munge/seed" --log-file="$folder/munge/log" &&
        slurmctld && slurmd
}
if ! started >"$folder/start.log" 2>&1; then
    echo "SLURM: left out, its daemons do not start here ($(tail -n 1 "$folder/start.log")): $*"
    exit 0
fi
for _ in $(seq 300); do # a busy machine takes its time
    if sinfo --noheader --format=%t 2>/dev/null | grep -q idle; then
        "$@"
        exit
    fi
    sleep 1
done
echo "SLURM did not start:" >&2
tail -n 5 "$folder"/*.log >&2
exit 1
