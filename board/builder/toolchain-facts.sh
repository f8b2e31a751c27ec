#!/bin/sh
# toolchain-facts.sh <folder>: what Buildroot's checks of an external toolchain (toolchain/helpers.mk) will find, one fact a line.
set -u

compiler=$(find "$1/bin" -maxdepth 1 -name '*-gcc' ! -name '*.br_real' 2>/dev/null | sort | head -n 1)
[ -n "$compiler" ] || exit 0
echo "prefix=$(basename "$compiler" -gcc)"
echo "machine=$("$compiler" -dumpmachine)"
echo "gcc=$("$compiler" -dumpversion | cut -d. -f1)"

sysroot=$("$compiler" -print-sysroot)
code=$(awk '$2 == "LINUX_VERSION_CODE" {print $3}' "$sysroot/usr/include/linux/version.h" 2>/dev/null)
[ -n "$code" ] && echo "headers=$((code >> 16)).$((code >> 8 & 255))"
echo '#include <features.h>
#ifdef __GLIBC__
libc=glibc
#else
libc=other
#endif' | "$compiler" -E -P -x c - 2>/dev/null | grep '^libc='

[ -x "${compiler%gcc}g++" ] && echo cxx=y
[ -x "${compiler%gcc}gfortran" ] && echo fortran=y
[ -x "${compiler%gcc}gdc" ] && echo dlang=y
[ -f "$sysroot/usr/include/rpc/rpc.h" ] && echo rpc=y
object=$(mktemp)
printf '#include <omp.h>\nint main(void) { return omp_get_thread_num(); }\n' | "$compiler" -fopenmp -x c -o "$object" - 2>/dev/null && echo openmp=y
rm -f "$object"
exit 0
