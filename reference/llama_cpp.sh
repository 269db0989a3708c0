#!/bin/sh
# llama.cpp's server as a real peer for endpoints: installs it, converts a model, starts it.
#
#   reference/llama_cpp.sh install DIR            builds the server in DIR (once, some ten minutes on two cores)
#   reference/llama_cpp.sh convert DIR MODEL OUT  writes the Hugging Face folder MODEL as OUT.gguf, in f32
#   reference/llama_cpp.sh serve DIR GGUF PORT    serves it on loopback until it is stopped
#
# Needs python3, a C++ compiler and make. The sources are those that the Python package llama-cpp-python carries, so that
# one ordinary package download is all that is fetched; cmake and the converter's libraries go into an environment of
# their own in DIR. Then:
#
#   python3 reference/check_llama_cpp.py target/release/empower --port PORT
set -eu

VERSION=0.3.16
here=$(dirname "$0")
usage() { sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 2; }
[ $# -ge 2 ] || usage
command=$1 dir=$2

case $command in
install)
    mkdir -p "$dir"
    [ -x "$dir/env/bin/pip" ] || python3 -m venv "$dir/env"
    "$dir/env/bin/pip" install --quiet cmake ninja gguf scikit-build-core numpy
    if [ ! -d "$dir/source" ]; then
        # The version that is named, where it is still there; else what is newest.
        "$dir/env/bin/pip" download --quiet --no-deps --no-build-isolation --no-binary :all: --dest "$dir" \
            "llama-cpp-python==${LLAMA_CPP_PYTHON:-$VERSION}" ||
            "$dir/env/bin/pip" download --quiet --no-deps --no-build-isolation --no-binary :all: --dest "$dir" \
                llama-cpp-python
        mkdir -p "$dir/unpacked"
        tar -xzf "$dir"/llama_cpp_python-*.tar.gz -C "$dir/unpacked" --strip-components 1
        mv "$dir/unpacked/vendor/llama.cpp" "$dir/source"
    fi
    "$dir/env/bin/cmake" -S "$dir/source" -B "$dir/build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
        -DCMAKE_MAKE_PROGRAM="$dir/env/bin/ninja" -DBUILD_SHARED_LIBS=OFF -DLLAMA_CURL=OFF -DLLAMA_OPENSSL=OFF \
        -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DGGML_OPENMP=OFF
    "$dir/env/bin/cmake" --build "$dir/build" --target llama-server ${JOBS:+--parallel "$JOBS"}
    "$dir/build/bin/llama-server" --version
    ;;
convert)
    [ $# -eq 4 ] || usage
    "$dir/env/bin/python" "$here/to_gguf.py" "$3" "$4"
    ;;
serve)
    [ $# -eq 4 ] || usage
    # Keys and values in f32: what is compared is the arithmetic, not what a cache rounds away.
    exec "$dir/build/bin/llama-server" --model "$3" --host 127.0.0.1 --port "$4" --ctx-size "${CONTEXT:-3072}" \
        --parallel "${SLOTS:-4}" --threads "${THREADS:-2}" --cache-type-k f32 --cache-type-v f32 --no-webui
    ;;
*) usage ;;
esac
