#!/usr/bin/env bash
# The wheel in an empty environment, with packages from the index alone, in an empty folder; needs `make install` before.
set -euo pipefail
python="$(cd "$(dirname "$0")/.." && pwd)/.venv/bin/python"
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
"$python" -m build --no-isolation --wheel --outdir "$place" "$(dirname "$0")/.." >"$place/log" || { cat "$place/log"; exit 1; }
"$python" -m venv "$place/empty"
"$place/empty/bin/pip" install --quiet "$(ls "$place"/*.whl)[train]"
mkdir "$place/folder"
cd "$place/folder"
OMP_NUM_THREADS=1 "$place/empty/bin/sl" train dataset=digits loss=sl recipe.epochs=2
