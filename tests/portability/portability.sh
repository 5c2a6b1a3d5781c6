#!/usr/bin/env bash
# Builds and tests the library for other platforms in separate Debian systems.
#
#   portability.sh SOURCE BUILD ROOTS PROGRAMS PART...
#
# SOURCE    the checkout
# BUILD     receives logs and report.md
# ROOTS     the Debian systems, created once and then reused
# PROGRAMS  folder of this machine's mot_track and mot_eval
# PART      arm64     Debian 13, g++ 14 for aarch64: tests and programs run under qemu, and the tracks of TUD-Campus compared
#           libcxx    Debian 13, clang 19 with libc++: every header alone
#           mingw     Debian 13, mingw-w64: every header alone; files, paths and numbers under wine
#           unstable  Debian unstable, its newest g++, CMake and Eigen, with OpenCV 5 of experimental: every header alone, and tests
#           quick     the first three, but fewer tests and no programs, and all headers in one unit
#
# A part is skipped, with the reason, where what it needs is not to be had. Needs root rights and debootstrap.
set -euo pipefail

source_dir=$(cd "$1" && pwd)
mkdir -p "$2" "$3"
build_dir=$(cd "$2" && pwd)
roots=$(cd "$3" && pwd)
programs=$(cd "$4" && pwd)
shift 4
mirror=${FGAGT_DEBIAN_MIRROR:-http://deb.debian.org/debian}
core_tests='assignment|core|flow|graph|instruction_sets|lifecycle|motion|pooling|tracker'

# Ends a part that cannot run here.
skipped=77
skip() {
    echo "SKIPPED: $*"
    exit $skipped
}

# ---- Debian systems

# Runs a command in a system that has the checkout and the data mounted. The mounts end with the command.
in_root() {
    local root=$roots/$1
    shift
    mkdir -p "$root"/fgagt/{source,data,build}
    unshare --mount --propagation private bash -euc '
        root=$1 source=$2 data=$3
        shift 3
        mount --bind -o ro "$source" "$root/fgagt/source"
        if [ -n "$data" ]; then mount --bind -o ro "$data" "$root/fgagt/data"; fi
        mount -t proc proc "$root/proc"
        exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root DEBIAN_FRONTEND=noninteractive \
            ${http_proxy:+http_proxy="$http_proxy"} ${data:+FGAGT_DATA=/fgagt/data} "$@"' - "$root" "$source_dir" "${FGAGT_DATA:-}" "$@"
}

# Creates a system of a Debian suite with additional lines of sources.list, or reuses an existing one.
make_root() {
    local name=$1 suite=$2 root=$roots/$1 line
    shift 2
    if [ -e "$root/fgagt/made" ]; then return; fi
    rm -rf "$root"
    debootstrap --variant=minbase "$suite" "$root" "$mirror" || skip "Debian $suite is not available from $mirror"
    for line in "deb $mirror $suite main" "$@"; do echo "$line"; done >"$root/etc/apt/sources.list"
    cp /etc/resolv.conf "$root/etc/"
    # A mirror may be outdated; downloads are not kept.
    printf '%s\n' 'Acquire::Check-Valid-Until "false";' 'APT::Install-Recommends "false";' \
        'APT::Keep-Downloaded-Packages "false";' >"$root/etc/apt/apt.conf.d/99fgagt"
    printf '%s\n' 'path-exclude=/usr/share/doc/*' 'path-exclude=/usr/share/man/*' force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/fgagt"
    mkdir -p "$root/fgagt"
    touch "$root/fgagt/made"
}

# Installs packages that are not installed yet.
#   install_packages ROOT [apt-get's options] PACKAGE...
install_packages() {
    local name=$1
    shift
    local stamp=$roots/$name/fgagt/installed
    if grep -qxF -- "$*" "$stamp" 2>/dev/null; then return; fi
    in_root "$name" apt-get update -q || skip "no package lists are available for $name"
    in_root "$name" apt-get install -qy "$@" || skip "some of these packages are not available for $name: $*"
    echo "$*" >>"$stamp"
}

# ---- builds

# Compiles every header of the library separately, or all of them in one unit, and prints their number.
#   check_headers ROOT alone|together COMPILER [flags]
check_headers() {
    local name=$1 how=$2
    shift 2
    in_root "$name" bash -euc '
        how=$1
        shift
        cd /fgagt/source/include
        compile() { "$@" -std=c++20 -Wall -Wextra -Werror -fsyntax-only -I/fgagt/source/include -x c++ -; }
        export -f compile
        mapfile -t headers < <(find fgagt -name "*.hpp" | sort)
        if [ "$how" = together ]; then
            printf "#include <%s>\n" "${headers[@]}" | compile "$@"
        else
            printf "%s\n" "${headers[@]}" |
                xargs -P "$(nproc)" -I{} bash -c "echo \"#include <\$1>\" | compile \"\${@:2}\" || { echo \"in \$1\"; exit 255; }" - {} "$@"
        fi
        echo "headers: ${#headers[@]}"' - "$how" "$@"
}

# A folder of header-only libraries and OpenCV headers, for compilers that must not use /usr/include.
gather_headers() {
    in_root "$1" bash -euc '
        rm -rf /fgagt/headers
        mkdir /fgagt/headers
        cp -r /usr/include/opencv4/opencv2 /usr/include/*-linux-gnu/opencv4/opencv2 /usr/include/eigen3/Eigen \
            /usr/include/nlohmann /usr/include/pugi*.hpp /fgagt/headers/'
}

version_in() { in_root "$1" bash -c "${*:2}" | tail -n 1; }
opencv_in() { version_in "$1" "sed -n 's/^#define CV_VERSION_\(MAJOR\|MINOR\|REVISION\) *//p' /usr/include/opencv*/opencv2/core/version.hpp | paste -sd."; }
eigen_in() {
    version_in "$1" "sed -nE 's/^#define EIGEN_(WORLD|MAJOR|MINOR|PATCH)_VERSION ([0-9]+)$/\2/p' /usr/include/eigen3/Eigen/Version \
        /usr/include/eigen3/Eigen/src/Core/util/Macros.h 2>/dev/null | paste -sd."
}

# ---- parts: each sets `row`: platform, compiler, OpenCV, Eigen, what was compiled, what was run

debian_13() {
    make_root debian-13 trixie
    if ! in_root debian-13 dpkg --print-foreign-architectures | grep -q arm64; then in_root debian-13 dpkg --add-architecture arm64; fi
    install_packages debian-13 g++-aarch64-linux-gnu cmake ninja-build qemu-user libeigen3-dev libcli11-dev nlohmann-json3-dev \
        libopencv-dev:arm64 libcatch2-dev:arm64 libpugixml-dev:arm64
}

# Tests of some folders, built for 64-bit ARM and run under qemu.
arm64_tests() {
    local tests=$1 label=${1//|/, }
    debian_13
    in_root debian-13 cmake -S /fgagt/source -B /fgagt/build/arm64 -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_UNITY_BUILD=ON \
        --toolchain /fgagt/source/tests/portability/arm64.cmake
    local -a targets=()
    local role
    for role in ${tests//|/ }; do targets+=("test_$role"); done
    in_root debian-13 cmake --build /fgagt/build/arm64 --target "${targets[@]}"
    in_root debian-13 ctest --test-dir /fgagt/build/arm64 -L "^($tests)\$" -j "$(nproc)" --output-on-failure --no-tests=error
    row="Debian 13, arm64|$(version_in debian-13 aarch64-linux-gnu-g++ --version \| head -n 1)|$(opencv_in debian-13)|$(eigen_in debian-13)"
    row+="|tests of $label"
}

# Runs the tests, and mot_track and mot_eval; compares their tracks with this machine's.
arm64() {
    arm64_tests "$1"
    in_root debian-13 cmake --build /fgagt/build/arm64 --target mot_track mot_eval
    row+="; mot_track, mot_eval|these tests under qemu"
    if [ -z "${FGAGT_DATA:-}" ]; then
        echo "TUD-Campus is not compared: FGAGT_DATA is not set"
        return
    fi
    local preset
    for preset in default geometry; do compare_tracks "$preset"; done
    row+="; mot_track on TUD-Campus: IDs equal this machine's, boxes to 0.01 px, HOTA to 0.01"
}

# Tracks the same sequence here and under qemu and compares: the same IDs in every frame, boxes to 0.01 pixels, HOTA to 0.01.
compare_tracks() {
    local sequence=mot/TUD-Campus here=$build_dir/here-$1.txt there=$roots/debian-13/fgagt/build/arm64-$1.txt
    "$programs/mot_track" "$FGAGT_DATA/$sequence" --detections "$FGAGT_DATA/$sequence/det/yolox_nano.txt" --preset "$1" \
        --output "$here" --quiet
    in_root debian-13 qemu-aarch64 /fgagt/build/arm64/examples/mot_track "/fgagt/data/$sequence" \
        --detections "/fgagt/data/$sequence/det/yolox_nano.txt" --preset "$1" --output "/fgagt/build/arm64-$1.txt" --quiet
    paste -d, <(cut -d, -f1-6 "$here") <(cut -d, -f1-6 "$there") | awk -F, -v preset="$1" '
        $1 != $7 || $2 != $8 { print "--preset " preset ": frame " $1 ", ID " $2 " here, frame " $7 ", ID " $8 " on arm64"; exit 1 }
        { for (k = 3; k <= 6; ++k) { d = $k - $(k + 6); if (d < 0) d = -d; if (d > most) most = d } }
        END { printf "--preset %s: %d boxes, the largest difference is %g px\n", preset, NR, most; if (NR == 0 || most > 0.01) exit 1 }'
    local hota_here hota_there
    hota_here=$("$programs/mot_eval" --gt "$FGAGT_DATA/$sequence/gt/gt.txt" --result "$here" --json | hota)
    hota_there=$(in_root debian-13 qemu-aarch64 /fgagt/build/arm64/examples/mot_eval --gt "/fgagt/data/$sequence/gt/gt.txt" \
        --result "/fgagt/build/arm64-$1.txt" --json | hota)
    echo "--preset $1: HOTA $hota_here here, $hota_there on arm64"
    awk -v a="$hota_here" -v b="$hota_there" 'BEGIN { d = a - b; exit !(d <= 0.01 && d >= -0.01) }'
}
hota() { sed -n 's/.*"HOTA": *\([0-9.]*\).*/\1/p' | head -n 1; }

libcxx() {
    debian_13
    install_packages debian-13 clang-19 libc++-19-dev libc++abi-19-dev
    gather_headers debian-13
    check_headers debian-13 "$1" clang++-19 -stdlib=libc++ -isystem /fgagt/headers
    row="Debian 13, libc++ 19|$(version_in debian-13 clang++-19 --version \| head -n 1)|$(opencv_in debian-13)|$(eigen_in debian-13)|all headers, $1|"
}

mingw() {
    debian_13
    local compiler=x86_64-w64-mingw32-g++-posix program=/fgagt/build/windows_files.exe
    install_packages debian-13 g++-mingw-w64-x86-64-posix
    gather_headers debian-13
    check_headers debian-13 "$1" $compiler -D_WIN32_WINNT=0x0A00 -isystem /fgagt/headers
    row="Windows, mingw-w64|$(version_in debian-13 $compiler --version \| head -n 1)|$(opencv_in debian-13)|$(eigen_in debian-13)|all headers, $1|"
    if [ "$1" = together ]; then return; fi
    install_packages debian-13 wine wine64
    in_root debian-13 $compiler -std=c++20 -D_WIN32_WINNT=0x0A00 -O2 -static -I/fgagt/source/include \
        /fgagt/source/tests/portability/windows_files.cpp -o $program
    in_root debian-13 env WINEDEBUG=-all WINEPREFIX=/fgagt/build/wine timeout 300 wine $program
    row+='files, paths and numbers under wine'
}

unstable() {
    local tests=$1
    make_root debian-unstable sid "deb $mirror experimental main"
    install_packages debian-unstable g++ cmake ninja-build libeigen3-dev catch2 libcli11-dev nlohmann-json3-dev libpugixml-dev
    install_packages debian-unstable -t experimental libopencv-dev
    check_headers debian-unstable alone g++ -isystem /usr/include/eigen3 -isystem /usr/include/opencv5 \
        -isystem /usr/include/x86_64-linux-gnu/opencv5
    in_root debian-unstable cmake -S /fgagt/source -B /fgagt/build/unstable -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_UNITY_BUILD=ON
    in_root debian-unstable cmake --build /fgagt/build/unstable
    in_root debian-unstable ctest --test-dir /fgagt/build/unstable -L "^($tests)\$" -j "$(nproc)" --output-on-failure --no-tests=error
    row="Debian unstable, amd64|$(version_in debian-unstable g++ --version \| head -n 1)|$(opencv_in debian-unstable)|$(eigen_in debian-unstable)"
    row+="|all headers, alone; everything|tests of ${tests//|/, }"
}

run_part() {
    case $1 in
        arm64) arm64 "annotations|$core_tests|io" ;; # char is unsigned there
        arm64-quick)
            arm64_tests 'assignment|flow|pooling'
            row+='|these tests under qemu'
            ;;
        libcxx | mingw) "$1" alone ;;
        libcxx-quick | mingw-quick) "${1%-quick}" together ;;
        unstable) unstable "annotations|$core_tests|backbone|counting|detection|drawing|evaluation|io|learning|network" ;;
    esac
}

# ---- all parts, and the report

parts=()
for part; do
    case $part in
        quick) parts+=(arm64-quick libcxx-quick mingw-quick) ;;
        arm64 | libcxx | mingw | unstable) parts+=("$part") ;;
        *) echo "portability: expected arm64, libcxx, mingw, unstable or quick, got '$part'" >&2 && exit 2 ;;
    esac
done
missing=
if [ "$(id -u)" != 0 ]; then missing='root rights are needed to make Debian systems'; fi
if ! command -v debootstrap >/dev/null; then missing='the package debootstrap is not installed'; fi
if ! unshare --mount true 2>/dev/null; then missing='this system does not allow mounts'; fi
if [ -z "$missing" ] && ! wget -qO /dev/null -T 20 -t 2 "$mirror/dists/trixie/Release"; then
    missing="the mirror $mirror does not answer"
fi
printf '| platform | compiler | OpenCV | Eigen | compiled | run | time |\n|---|---|---|---|---|---|---|\n' >"$build_dir/report.md"
if [ -n "$missing" ]; then
    echo "portability: SKIPPED, $missing"
    exit 0
fi
failed=0
for part in "${parts[@]}"; do
    log=$build_dir/$part.log
    echo "portability: $part ..."
    begin=$SECONDS
    set +e # the part itself still stops at its first failure
    (
        set -e
        run_part "$part"
        echo "|${row//|/ | }|" >"$build_dir/row"
    ) >"$log" 2>&1 </dev/null
    status=$?
    set -e
    if [ $status = 0 ]; then
        seconds=$((SECONDS - begin))
        sed -E "s/^\|(.*)\|\$/| \1 | $((seconds / 60)) min $((seconds % 60)) s |/" "$build_dir/row" >>"$build_dir/report.md"
        echo "portability: $part passed in $seconds s"
    elif [ $status = $skipped ]; then
        echo "portability: $part $(grep '^SKIPPED: ' "$log" | tail -n 1)"
        echo "| $part | | | | skipped | | |" >>"$build_dir/report.md"
    else
        failed=1
        echo "portability: $part FAILED; the end of $log:"
        tail -n 60 "$log"
    fi
done
cat "$build_dir/report.md"
exit $failed
