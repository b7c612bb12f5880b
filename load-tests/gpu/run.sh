#!/usr/bin/env bash
# Measures Lavastream on a GPU host, unattended and offline: fidelity of the reference's small models in float32, where
# operations run, decode steps, short answers and captions a second; and beside it Hugging Face transformers on the same
# shapes, where PyTorch is installed. Prints JSON lines; what happens goes to standard error.
#
#   run.sh [--input DIR] [--out DIR] [--device gpu|cpu] [--shape 7b|tiny|...]
#
# --input: what prepare.sh made, in pieces or unpacked. Without it, this checkout runs itself.
# Ends with 0, with 1 if a case of fidelity missed, with 2 if it cannot run, with 3 if a goal is missed, with 4 if what it is
# compared with failed.
set -euo pipefail

here="$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(dirname "$(dirname "$here")")"
input="" out="gpu-results" device=gpu shape=7b

fail() {
    echo "run.sh: $*" >&2
    exit 2
}

while [ $# -gt 0 ]; do
    case "$1" in
        --input | --out | --device | --shape)
            [ $# -ge 2 ] || fail "$1: nothing (expected: a value)"
            declare "${1#--}=$2"
            shift 2
            ;;
        *) fail "'$1' (expected: --input, --out, --device or --shape)" ;;
    esac
done
mkdir -p "$out"
out="$(cd "$out" && pwd)"

unpack() {
    input="$(cd "$input" && pwd)" || fail "--input: no such directory"
    if [ ! -d "$input/app" ]; then
        [ -f "$input/SHA256SUMS" ] || fail "$input: no SHA256SUMS (expected: what prepare.sh made)"
        (cd "$input" && sha256sum --quiet --check SHA256SUMS) || fail "$input: a piece is damaged"
        echo "run.sh: unpacking" >&2
        cat "$input"/input.tar.* | tar -x -C "$input"
    fi
    reference="$input/reference"
}

# The command, from the prepared directory or from the checkout.
lavastream() {
    if [ -z "$input" ]; then
        "$root/deploy/lavastream" "$@"
        return
    fi
    local main=io.lavastream.standalone.cli.Lavastream
    [ "$1" != bench ] || main=io.lavastream.loadtests.LoadTests
    (
        java="$input/app/java/bin/java"
        . "$input/app/environment.sh"
        exec "$java" "${jvm_options[@]}" -Dlavastream.home="$input/app" \
            -Dlavastream.bench.directory="$out/models" ${LAVASTREAM_JAVA_OPTS:-} \
            -cp "$input/app/lib/*" "$main" "$@"
    )
}

fidelity() {
    local code=0 ok missed
    lavastream fidelity --device "$device" --weights f32 --kind golden,batch --json "$reference" \
        >"$out/fidelity.jsonl" 2>"$out/fidelity.log" || code=$?
    [ "$code" -le 1 ] || {
        cat "$out/fidelity.log" >&2
        exit "$code"
    }
    ok="$(grep -c '"status":"ok"' "$out/fidelity.jsonl" || true)"
    missed="$(grep -c '"status":"MISS"' "$out/fidelity.jsonl" || true)"
    [ "$ok" -gt 0 ] || fail "fidelity: no case ran (log: $out/fidelity.log)"
    figure "{\"figure\":\"fidelity_missed\",\"value\":$missed,\"unit\":\"of $((ok + missed)) cases\",\"goal\":\"value <= 0\",\"met\":$([ "$missed" -eq 0 ] && echo true || echo false)}"
    return "$code"
}

figure() {
    echo "$1" | tee -a "$out/figures.jsonl"
}

: >"$out/figures.jsonl"
reference="$(dirname "$root")/shared/reference"
[ -z "$input" ] || unpack
[ -d "$reference" ] || fail "$reference: no such directory (expected: the reference's results)"
case "$shape" in
    tiny) options=(--weights f32 --prompt-tokens 630 --short-tokens 3 --caption-tokens 20 --decode-at 1,4,16 --concurrency 1,4,16) ;;
    *) options=(--weights bf16 --prompt-tokens 630 --short-tokens 3 --caption-tokens 100 --decode-at 1,32,128 --concurrency 1,8,32,64,128) ;;
esac

[ "$device" = cpu ] || nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader >"$out/gpu.txt" 2>&1 ||
    echo "run.sh: nvidia-smi does not run" >&2
[ ! -s "$out/gpu.txt" ] || sed 's/^/run.sh: /' "$out/gpu.txt" >&2

result=0
fidelity || result=1

bench=0
lavastream bench device --device "$device" --shape "$shape" "${options[@]}" --json --check \
    2> >(tee "$out/bench.log" >&2) | tee -a "$out/figures.jsonl" || bench=$?
case "$bench" in
    0) ;;
    3) [ "$result" -ne 0 ] || result=3 ;;
    *) exit "$bench" ;;
esac

if python3 -c 'import torch, transformers' 2>/dev/null; then
    transformers=0
    python3 "$here/transformers_generate.py" --device "$device" --shape "$shape" "${options[@]}" --ours "$out/figures.jsonl" \
        2> >(tee "$out/transformers.log" >&2) | tee "$out/transformers.jsonl" || transformers=$?
    cat "$out/transformers.jsonl" >>"$out/figures.jsonl"
    case "$transformers" in
        0) ;;
        3) [ "$result" -ne 0 ] || result=3 ;;
        *)
            echo "run.sh: transformers failed: exit code $transformers (log: $out/transformers.log)" >&2
            [ "$result" -ne 0 ] || result=4
            ;;
    esac
else
    echo "run.sh: transformers not run: python3 has no torch or no transformers" >&2
fi
exit "$result"
