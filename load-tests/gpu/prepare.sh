#!/usr/bin/env bash
# Makes the input of run.sh for a host without network: the command built for a GPU, a Java runtime, the CUDA libraries
# that TensorFlow opens, and the reference's small models; in pieces of at most 64 MB, with their checksums.
#
#   prepare.sh [--profile gpu|cpu] DIR
#
# DIR is new. Needs network, a JDK 17, tar, and some 8 GB of disk.
set -euo pipefail

here="$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(dirname "$(dirname "$here")")"

fail() {
    echo "prepare.sh: $*" >&2
    exit 2
}

profile=gpu
if [ "${1:-}" = --profile ]; then
    [ $# -ge 2 ] || fail "--profile: nothing (expected: gpu or cpu)"
    profile="$2"
    shift 2
fi
case "$profile" in
    cpu | gpu) ;;
    *) fail "--profile: '$profile' (expected: gpu or cpu)" ;;
esac
directory="${1:-}"
{ [ -n "$directory" ] && [ ! -e "$directory" ]; } || fail "'$directory' (expected: a new directory)"
reference="$(dirname "$root")/shared/reference"
[ -d "$reference" ] || fail "$reference: no such directory (expected: the reference's results)"
java_home="${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")}"
[ -x "$java_home/bin/jlink" ] || fail "no jlink in $java_home (expected: a JDK)"

# Of CUDA's libraries, those that CudaLibraries loads: the others are as much again.
cuda() {
    local jar="$1" unpacked="$directory/cuda" names
    mapfile -t names < <(grep -o '"lib[a-zA-Z_]*\.so\.[0-9]*"' \
        "$root/inference-operator/engine/src/main/java/io/lavastream/engine/model/CudaLibraries.java" | tr -d '"')
    mkdir -p "$unpacked"
    (cd "$unpacked" && "$java_home/bin/jar" --extract --file "$jar" "${names[@]/#/org/bytedeco/cuda/linux-x86_64/}")
    "$java_home/bin/jar" --create --no-manifest --file "$directory/app/lib/cuda.jar" -C "$unpacked" org
    rm -r "$unpacked"
}

# Both commands, so that both class paths are there.
for command in bench generate; do
    LAVASTREAM_PROFILE="$profile" "$root/deploy/lavastream" "$command" --help >/dev/null
done

mkdir -p "$directory/app/lib"
directory="$(cd "$directory" && pwd)"
entries="$directory/entries"
{
    printf '%s\n' "$root/load-tests/target/classes" "$root/deploy/standalone/target/classes"
    tr ':' '\n' <"$root/load-tests/target/load-tests.classpath"
    echo
    tr ':' '\n' <"$root/deploy/standalone/target/lavastream.classpath"
} | awk 'NF && !seen[$0]++' >"$entries"
while read -r entry; do
    case "$entry" in
        *-redist.jar) cuda "$entry" ;;
        *.jar) cp "$entry" "$directory/app/lib/" ;;
        *) "$java_home/bin/jar" --create --no-manifest --file "$directory/app/lib/$(tr / - <<<"${entry#"$root"/}").jar" -C "$entry" . ;;
    esac
done <"$entries"

cp "$root/deploy/environment.sh" "$directory/app/"
cp -r "$root/deploy/models" "$directory/app/"
cp -r "$reference" "$directory/reference"
"$java_home/bin/jlink" --add-modules java.se,jdk.unsupported,jdk.jfr,jdk.management,jdk.net,jdk.zipfs,jdk.crypto.ec,jdk.incubator.vector \
    --strip-debug --no-header-files --no-man-pages --output "$directory/app/java"

cd "$directory"
tar -c app reference | split --bytes=64MB --numeric-suffixes --suffix-length=3 - input.tar.
rm -r app reference entries
cp "$here/run.sh" "$here/transformers_generate.py" .
sha256sum input.tar.* run.sh transformers_generate.py >SHA256SUMS
echo "prepare.sh: $(find . -name 'input.tar.*' | wc -l) pieces, $(du -sh . | cut -f 1); on the GPU host: ./run.sh --input ." >&2
