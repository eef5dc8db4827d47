#!/usr/bin/env bash
# Starts a SLURM cluster of this one machine, for tests/slurm: munge and Debian's slurm-wlm, as root.
#   . .ci/slurm.sh        sets SLURM_CONF; the daemons end with `slurm_stop`
# What it writes lies in a folder of its own; nothing of an installed cluster is read or changed.
slurm_folder=$(mktemp -d "${TMPDIR:-/tmp}/sl-slurm-XXXX")
export SLURM_CONF="$slurm_folder/slurm.conf"

if ! command -v slurmctld >/dev/null; then
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive timeout 300 apt-get install -y -qq slurm-wlm munge; } \
        >"$slurm_folder/apt.log" 2>&1 || true
fi

slurm_start() {
    local host cores memory
    host=$(hostname -s) cores=$(nproc) memory=$(awk '/MemTotal/ {print int($2 / 1024 * 0.9)}' /proc/meminfo)
    cat >"$SLURM_CONF" <<END
ClusterName=sl
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$slurm_folder/munge.socket
CredType=cred/munge
CommunicationParameters=NoAddrCache
SlurmctldPort=16817
SlurmdPort=16818
StateSaveLocation=$slurm_folder/state
SlurmdSpoolDir=$slurm_folder/spool
SlurmctldPidFile=$slurm_folder/slurmctld.pid
SlurmdPidFile=$slurm_folder/slurmd.pid
SlurmctldLogFile=$slurm_folder/slurmctld.log
SlurmdLogFile=$slurm_folder/slurmd.log
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
    mkdir -p "$slurm_folder/state" "$slurm_folder/spool"
    chmod 755 "$slurm_folder"
    install -m 700 -d "$slurm_folder/munge"
    head -c 1024 /dev/urandom >"$slurm_folder/munge/key"
    chmod 600 "$slurm_folder/munge/key"
    munged --force --socket="$slurm_folder/munge.socket" --key-file="$slurm_folder/munge/key" \
        --pid-file="$slurm_folder/munge/pid" --seed-file="$slurm_folder/munge/seed" --log-file="$slurm_folder/munge/log"
    slurmctld
    slurmd
    for _ in $(seq 30); do
        sinfo --noheader --format=%t 2>/dev/null | grep -q idle && return
        sleep 1
    done
    echo "SLURM did not start:" >&2
    tail -n 5 "$slurm_folder"/*.log >&2
    return 1
}

slurm_stop() {
    local file
    for file in "$slurm_folder/slurmd.pid" "$slurm_folder/slurmctld.pid" "$slurm_folder/munge/pid"; do
        [ -f "$file" ] && kill "$(cat "$file")" 2>/dev/null
    done
    rm -rf "$slurm_folder"
}
