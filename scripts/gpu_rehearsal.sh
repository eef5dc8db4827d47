#!/usr/bin/env bash
# The first minutes on a new GPU: the step is compiled while tests of the CUDA path run, then speed is measured, then runs
# at the paper's scale are trained.
#   OUT=rehearsal MINUTES=60 bash scripts/gpu_rehearsal.sh   on a machine with a CUDA device, which is gone after an hour
#   TINY=1 OUT=rehearsal bash scripts/gpu_rehearsal.sh       the same steps in minutes on a CPU, to try the script itself
# JOBS runs are trained at once, under NVIDIA MPS where it is there; none is begun that would not end within MINUTES from
# the start of this script. Every step has a time limit and a log of its own in $OUT; a step that fails does not stop
# the others, and the exit status says whether any failed. Records that are finished are packed into
# $OUT/records.tar.gz again and again, so that a machine that ends early takes none of them with it.
# Offline machines: put wheels of what is missing into .whl/ first, for example with
#   pip wheel --no-deps -w .whl hydra-core==1.3.8 omegaconf==2.3.1 antlr4-python3-runtime==4.9.3 \
#       hydra-joblib-launcher==1.2.0 pydantic pydantic-core typing-inspection annotated-types
set -u
OUT=${OUT:-rehearsal}; SCRATCH=${SCRATCH:-$OUT/scratch}; PY=${PY:-python3}; TINY=${TINY:-}
MINUTES=${MINUTES:-120}; JOBS=${JOBS:-8}; PACK_SECONDS=${PACK_SECONDS:-10}
mkdir -p "$OUT/runs" "$SCRATCH"
OUT=$(cd "$OUT" && pwd); SCRATCH=$(cd "$SCRATCH" && pwd)
if [ -d .whl ]; then
    $PY -m pip install -q --no-index --no-deps --no-compile --no-cache-dir --target "$SCRATCH/site" .whl/*.whl || exit
    export PYTHONPATH=$SCRATCH/site:$PWD
fi
export PYTHONUNBUFFERED=1 TORCHINDUCTOR_CACHE_DIR=$SCRATCH/inductor
failed=0 patience=1
[ -z "$TINY" ] || patience=10 # a CPU that others use too
step() { # seconds, name, command
    local limit=$(($1 * patience)) name=$2 began=$SECONDS status=0; shift 2
    timeout "$limit" "$@" >"$OUT/$name.log" 2>&1 || status=$?
    [ $status = 0 ] || failed=1
    echo "status $status, $((SECONDS - began)) s, $name: $(tail -n 1 "$OUT/$name.log" | cut -c1-150)"
    return $status
}
pack() { # the records as they are now; an archive is there whole or not at all
    tar -C "$OUT" -czf "$OUT/.records.$BASHPID" --exclude='.*' --exclude='*.part' runs
    [ $? -le 1 ] && mv "$OUT/.records.$BASHPID" "$OUT/records.tar.gz" # 1: a record grew meanwhile
}
start_mps() { # several processes compute on the GPU at the same time; without it they take turns
    command -v nvidia-cuda-mps-control >/dev/null || return
    export CUDA_MPS_PIPE_DIRECTORY=$SCRATCH/mps CUDA_MPS_LOG_DIRECTORY=$SCRATCH/mps_log
    mkdir -p "$CUDA_MPS_PIPE_DIRECTORY" "$CUDA_MPS_LOG_DIRECTORY"
    nvidia-cuda-mps-control -d && timeout 60 $PY -c 'import torch; torch.ones(1).cuda()' && return
    end_mps
    unset CUDA_MPS_PIPE_DIRECTORY CUDA_MPS_LOG_DIRECTORY
}
end_mps() { [ -z "${CUDA_MPS_PIPE_DIRECTORY:-}" ] || echo quit | nvidia-cuda-mps-control; }
run=(runs_dir="$SCRATCH/tried" checkpoints_dir="$SCRATCH/checkpoints")
case=cnn8; rounds=3; seconds=0.5; grid=(experiment=figures scale=paper)
tried=(dataset=cifar10 scale.train_share=0.00416) # one batch of 128 images and one of 80, as an epoch of all has them
overrides='"runtime=fast"'
tests=(tests/train/test_engine.py tests/train/test_learning_losses.py tests/losses/test_losses_table.py
    -k 'cuda or captured or streams')
if [ -n "$TINY" ]; then
    case=digits; rounds=1; seconds=0.1; JOBS=2; tried=(dataset=digits scale.train_share=0.1)
    grid=(experiment=demo scale=cpu seeds=0); overrides+=',"scale.train_share=0.1","recipe.epochs=2"'
    tests=(tests/train/test_fake_cuda.py -k breach)
fi
step 60 card $PY -c 'import torch; print(torch.__version__, torch.cuda.is_available() and torch.cuda.get_device_name())'
# Every loss for one epoch, so that the runs at the end find their training step compiled. Compiling keeps the processor
# busy, not the GPU, so the tests run meanwhile.
step 180 compile $PY scripts/train.py -m "${tried[@]}" recipe.epochs=1 noise=symmetric loss=ce,sl,gce,lsr runtime=fast \
    hydra/launcher=joblib hydra.launcher.n_jobs=4 "${run[@]}" & compiling=$!
# Plugins and packages that happen to be installed there bring warnings, which this project's settings make errors.
step 300 tests $PY -m pytest -q -n 4 -p no:cacheprovider -p no:benchmark -W default "${tests[@]}"
wait $compiling || failed=1
step 120 profile $PY scripts/bench.py profile=true cases=$case out="$OUT/bench"
start_mps
step 180 speed $PY scripts/bench.py cases=$case rounds=$rounds seconds=$seconds out="$OUT/bench"
(while sleep "$PACK_SECONDS"; do pack; done) & packing=$!
left=$((MINUTES * 60 - SECONDS - 20))
step $((left > 1 ? left : 1)) runs $PY scripts/reproduce.py "${grid[@]}" "overrides=[$overrides]" jobs="$JOBS" \
    minutes=$((left > 60 ? left / 60 : 1)) runs_dir="$OUT/runs" results_dir="$OUT/results"
kill $packing
pack
end_mps
exit $failed
