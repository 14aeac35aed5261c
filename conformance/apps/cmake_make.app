interpreter: /bin/bash
packages: cmake make g++ libc6-dev
needs: /usr/bin/cmake /usr/bin/ctest /usr/bin/make /usr/bin/g++
timeout: 180
program: cmake, ctest, make -j2, g++
---
d=$(mktemp -d); cd "$d" || exit 1; mkdir -p src/lib src/test
cat >src/CMakeLists.txt <<'C'
cmake_minimum_required(VERSION 3.13)
project(p C CXX)
find_package(Threads REQUIRED)
enable_testing()
add_library(l SHARED lib/a.c lib/b.cc)
foreach(n 1 2 3 4)
  configure_file(test/t.cc.in t${n}.cc)
  add_executable(t${n} ${CMAKE_CURRENT_BINARY_DIR}/t${n}.cc)
  target_include_directories(t${n} PRIVATE lib)
  target_link_libraries(t${n} l Threads::Threads)
  add_test(NAME t${n} COMMAND t${n})
endforeach()
install(TARGETS l DESTINATION lib)
C
echo 'int a(int x) { return x * 2; }' >src/lib/a.c; echo '#include <string>
extern "C" int a(int); std::string b(int x) { return std::to_string(a(x)); }' >src/lib/b.cc; echo '#include <string>
std::string b(int x);' >src/lib/l.h
cat >src/test/t.cc.in <<'C'
#include "l.h"
#include <thread>
#include <vector>
#include <stdexcept>
#include <mutex>
int main() { std::vector<std::thread> v; std::mutex m; long s = 0; for (int i = 0; i < 8; i++) v.emplace_back([&, i] { try { if (i == @n@) throw std::runtime_error("x"); std::lock_guard<std::mutex> g(m); s += std::stol(b(i)); } catch (std::runtime_error&) { std::lock_guard<std::mutex> g(m); s += 1000; } }); for (auto &t : v) t.join(); return s == 1056 - 2 * @n@ ? 0 : 1; }
C
cmake -S src -B b -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$d/i" >conf.log 2>&1; echo "configure $?"; grep -c 'Found Threads' conf.log
cmake --build b -j 2 >build.log 2>&1; echo "build $?"; grep -c 'Built target' build.log; (cd b && ctest -j 2 2>&1 | grep 'tests passed'); cmake --install b >/dev/null; ls i/lib; touch src/lib/a.c; cmake --build b 2>&1 | grep -c Building
cd /; rm -rf "$d"
