interpreter: /bin/bash
packages: python3-numpy python3-pytest python3-hypothesis python3-venv python3-pip
needs: /usr/lib/python3/dist-packages/numpy/__init__.py /usr/lib/python3/dist-packages/pytest/__init__.py
timeout: 400
tags: heavy
program: numpy, pytest, pip
---
# numpy's own tests of memory maps, files, linear algebra with threads and of the core's arrays; a virtual environment with a package built there
d=$(mktemp -d); cd "$d" || exit 1; export HOME=$d PYTHONDONTWRITEBYTECODE=1 P=/usr/lib/python3/dist-packages/numpy
for t in core/tests/test_memmap.py lib/tests/test_io.py linalg/tests/test_linalg.py core/tests/test_shape_base.py fft/tests/test_pocketfft.py random/tests/test_generator_mt19937.py; do
  /usr/bin/python3 -m pytest -q -p no:cacheprovider -p no:warnings -x --no-header $P/$t 2>&1 | tail -n 1 | sed 's/ in .*//;s/=//g'; done
/usr/bin/python3 -m venv --system-site-packages v && mkdir p && cat >p/setup.py <<'S'
from setuptools import setup, Extension
setup(name="small", version="1", py_modules=["small"], ext_modules=[Extension("smallc", ["smallc.c"])])
S
echo 'def f(): return "small"' >p/small.py
cat >p/smallc.c <<'S'
#include <Python.h>
static struct PyModuleDef d = {PyModuleDef_HEAD_INIT, "smallc", 0, -1, 0};
PyMODINIT_FUNC PyInit_smallc(void) { return PyModule_Create(&d); }
S
v/bin/pip install -q --no-index --no-build-isolation --disable-pip-version-check ./p >/dev/null 2>&1; echo "pip $?"
v/bin/python -c 'import small; print(small.f())'; v/bin/pip --disable-pip-version-check show small 2>/dev/null | head -n 2; v/bin/pip uninstall -q -y small; v/bin/python -c 'import small' 2>&1 | tail -n 1
cd /; rm -rf "$d"
