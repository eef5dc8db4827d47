#!/usr/bin/env bash
# The first hour on a new GPU, in order of worth: tests of the CUDA path, speed, then runs at the paper's scale.
#   OUT=rehearsal bash scripts/gpu_rehearsal.sh          on a machine with a CUDA device
#   TINY=1 OUT=rehearsal bash scripts/gpu_rehearsal.sh   the same steps in minutes on a CPU, to try the script itself
# Every step has a time limit and a log of its own in $OUT; a step that fails does not stop the others, and the exit
# status says whether any failed. Offline machines: put wheels of what is missing into .whl/ first, for example with
#   pip wheel --no-deps -w .whl hydra-core==1.3.8 omegaconf==2.3.1 antlr4-python3-runtime==4.9.3
set -u
OUT=${OUT:-rehearsal}; SCRATCH=${SCRATCH:-$OUT/scratch}; PY=${PY:-python3}; TINY=${TINY:-}
mkdir -p "$OUT" "$SCRATCH"
if [ -d .whl ]; then
    $PY -m pip install -q --no-index --no-deps --no-compile --no-cache-dir --target "$SCRATCH/site" .whl/*.whl || exit
    export PYTHONPATH=$SCRATCH/site:$PWD
fi
export PYTHONUNBUFFERED=1 TORCHINDUCTOR_CACHE_DIR=$SCRATCH/inductor
failed=0
step() { # seconds, name, command
    local limit=$1 name=$2 began=$SECONDS status=0; shift 2
    timeout "$limit" "$@" >"$OUT/$name.log" 2>&1 || status=$?
    [ $status = 0 ] || failed=1
    echo "status $status, $((SECONDS - began)) s, $name: $(tail -n 1 "$OUT/$name.log" | cut -c1-150)"
}
run=(runs_dir="$OUT/runs" checkpoints_dir="$SCRATCH/checkpoints")
short=(); case=cnn4; rounds=3; seconds=2; grid=(experiment=figures scale=paper)
tests=(tests/train tests/losses/test_losses_table.py -k 'cuda or captured or streams')
if [ -n "$TINY" ]; then
    short=(scale.train_share=0.1 recipe.epochs=2); case=digits; rounds=1; seconds=0.1; grid=(experiment=demo plan_only=true)
    tests=(tests/train/test_fake_cuda.py -k breach)
fi
step 60 card $PY -c 'import torch; print(torch.__version__, torch.cuda.is_available() and torch.cuda.get_device_name())'
step 300 tests $PY -m pytest -q -p no:cacheprovider "${tests[@]}"
step 60 digits $PY scripts/train.py dataset=digits noise=symmetric "${short[@]}" "${run[@]}"
step 90 determinism $PY scripts/train.py -m dataset=digits noise=symmetric runtime=deterministic recipe.epochs=2 \
    seed=0,1 "${run[@]}"
step 180 speed $PY scripts/bench.py cases=$case rounds=$rounds seconds=$seconds out="$OUT/bench"
[ -n "$TINY" ] || step 180 speed_cnn8 $PY scripts/bench.py cases=cnn8 rounds=3 seconds=2 out="$OUT/bench"
[ -n "$TINY" ] || step 400 ablation $PY scripts/bench.py ablation=true cases=cnn8 rounds=3 seconds=2 out="$OUT/bench"
step 3600 runs $PY scripts/reproduce.py "${grid[@]}" runs_dir="$OUT/runs" results_dir="$OUT/results"
exit $failed
