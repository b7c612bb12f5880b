# How the lavastream command's JVM runs, wherever it is started: sourced with the command's arguments, sets
# environment variables and the array jvm_options.

# Questions and answers may be in any language.
case "${LC_ALL:-${LC_CTYPE:-${LANG:-}}}" in
    *[Uu][Tt][Ff]*) ;;
    *) export LC_ALL=C.UTF-8 ;;
esac
export TF_CPP_MIN_LOG_LEVEL="${TF_CPP_MIN_LOG_LEVEL:-2}" # warnings and errors
# oneDNN speeds large matrices and costs milliseconds a step on small ones: the shipped model is small.
case " $*" in
    *" --model"* | *" --shape"*) onednn=1 ;;
    " bench pipeline"*) onednn=0 ;;
    " bench"*) onednn=1 ;;
    *) onednn=0 ;;
esac
export TF_ENABLE_ONEDNN_OPTS="${TF_ENABLE_ONEDNN_OPTS:-$onednn}"

# A large model's weights and cache in huge pages, which a step reads faster; from glibc 2.35 on, where the kernel permits. And
# from glibc's allocator: TensorFlow's spends a 32nd of what it might ever hand out on lists, 260 MiB for a model of 4 GiB.
# Told to keep what is freed, as by itself glibc would return it to the system after each operation, and have it zeroed again.
if [ "$TF_ENABLE_ONEDNN_OPTS" != 0 ] && [ -z "${GLIBC_TUNABLES:-}" ]; then
    malloc=glibc.malloc
    GLIBC_TUNABLES="$malloc.hugetlb=1:$malloc.arena_max=2"
    GLIBC_TUNABLES+=":$malloc.mmap_threshold=33554432:$malloc.trim_threshold=536870912"
    export GLIBC_TUNABLES TF_ONEDNN_USE_SYSTEM_ALLOCATOR="${TF_ONEDNN_USE_SYSTEM_ALLOCATOR:-1}"
fi

# Where there is a GPU: float32 is float32, not TF32; and kernels that its driver compiles at first use, for minutes,
# are kept.
if [ -e /proc/driver/nvidia/version ] || [ -e /usr/lib/wsl/lib/libcuda.so.1 ]; then
    export NVIDIA_TF32_OVERRIDE="${NVIDIA_TF32_OVERRIDE:-0}"
    export CUDA_CACHE_PATH="${CUDA_CACHE_PATH:-${XDG_CACHE_HOME:-$HOME/.cache}/lavastream/cuda}"
    export CUDA_CACHE_MAXSIZE="${CUDA_CACHE_MAXSIZE:-4294967296}"
fi

terminal=false
[ -t 2 ] && terminal=true

# JavaCPP would refuse tensors beyond four times the heap; what fits is decided by what the model needs.
# Flink and Kafka reach into these packages. What jstat shows is sampled once a second, not 20 times.
jvm_options=(
    -Xms64m -Xmx1g -XX:+UseSerialGC -Xshare:auto -XX:TieredStopAtLevel="${LAVASTREAM_TIER:-4}"
    -XX:PerfDataSamplingInterval=1000
    -Dorg.bytedeco.javacpp.maxbytes=0 -Dorg.bytedeco.javacpp.maxphysicalbytes=0
    -Dorg.apache.avro.SERIALIZABLE_PACKAGES=io.lavastream.schemas
    -Dlavastream.terminal="$terminal"
    --add-opens=java.base/java.lang=ALL-UNNAMED
    --add-opens=java.base/java.util=ALL-UNNAMED
    --add-opens=java.base/java.util.concurrent=ALL-UNNAMED
    --add-opens=java.base/java.nio=ALL-UNNAMED
    --add-opens=java.base/java.net=ALL-UNNAMED
    --add-opens=java.base/java.time=ALL-UNNAMED
)

# Vectors, which make a large model's products on a CPU; for a small one it takes longer to compile them. They are an incubating module,
# of which the JVM says so in a line. A runtime that was made without it would refuse to start.
if [ "$TF_ENABLE_ONEDNN_OPTS" != 0 ]; then
    runtime="$(readlink -f "$(command -v "${java:-java}")" || true)"
    release="${runtime%/bin/java}/release"
    if ! grep -qs '^MODULES=' "$release" || grep -q 'jdk\.incubator\.vector' "$release"; then
        jvm_options+=(--add-modules=jdk.incubator.vector)
        # What they compute on the way lies in the heap: in huge pages, where the kernel gives them. Little is new at a time.
        jvm_options+=(-XX:MaxNewSize=16m)
        if grep -qsE '\[(always|madvise)\]' /sys/kernel/mm/transparent_hugepage/enabled; then
            jvm_options+=(-XX:+UseTransparentHugePages)
        fi
    fi
fi
