# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors

# make         the run-time image (build/image), no checks
# make check   format, static checks, unit tests
# make test    everything: check, the finished image, the conformance programs natively and inside
# make format  lays out the Java code
# make docs    docs/compat.md and the filter table of SECURITY.md anew
# make bench   the benchmarks
# make clean

MVN = ./mvnw -B -ntp

image:
	$(MVN) -q -Dfast package

# Format last and for all modules, so that a file laid out wrongly does not hide a failing test.
check: licence
	$(MVN) -fae verify -Dspotless.check.skip
	$(MVN) -q -fae spotless:check

test: check check-image conformance

# ./sandjar builds the image if `check` has not
check-image:
	./sandjar --help >/dev/null
	image/check
	$(MVN) -q -pl runsc -am test -Dtest=EndToEndTest -Dsurefire.failIfNoSpecifiedTests=false

conformance:
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL conformance/run --suite all

format:
	$(MVN) -q spotless:apply

licence:
	dev/check-licence

docs:
	dev/docs

bench:
	bench/run

clean:
	rm -rf build */target target

.PHONY: image check check-image conformance test format licence docs bench clean
