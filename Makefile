# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors

# make         the run-time image (build/image), no checks
# make check   format, static checks, unit tests
# make test    everything: check, the finished image, the conformance programs natively and inside
# make format  lays out the Java code
# make docs    docs/compat.md and the filter table of SECURITY.md anew
# make engines the engines' cases alone
# make containerd pods under containerd's CRI plugin alone
# make kubelet the pods' cases alone
# make bench   the benchmarks
# make fuzz    Jazzer on the parsers, and random calls: FUZZ_SECONDS for each (60)
# make load    ten minutes of mixed load: is what the kernel takes flat?
# make packages   deb and rpm packages (build/packages)
# make repo       signed apt and yum repositories of them (build/repo)
# make clean

MVN = ./mvnw -B -ntp

image:
	$(MVN) -q -Dfast package

# Format last and for all modules, so that a file laid out wrongly does not hide a failing test.
check: licence
	$(MVN) -fae verify -Dspotless.check.skip
	$(MVN) -q -fae spotless:check

test: check check-image conformance engines containerd images node-life packages-life kubelet

# ./sandjar builds the image if `check` has not
check-image:
	./sandjar --help >/dev/null
	image/check
	$(MVN) -q -pl runsc -am test -Dtest=EndToEndTest -Dsurefire.failIfNoSpecifiedTests=false

conformance:
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL conformance/run --suite all

# containerd, Docker and Podman with runc and then with runsc; needs root and those engines, else it says what it skips
engines:
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL conformance/engines/run

# pods under containerd with runc and then with runsc by the shim; other versions of containerd from build/containerd, if there are any
containerd:
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL conformance/containerd/run --all

# pods by the node agent, with runsc and runc; the agent killed at many points
kubelet:
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL conformance/lib/again conformance/kubelet/run
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL conformance/lib/again conformance/kubelet/commands-pods.sh
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL conformance/lib/again conformance/kubelet/provider.sh

format:
	$(MVN) -q spotless:apply

licence:
	dev/check-licence

docs:
	dev/docs

packages:
	mkdir -p build/packages
	$(MVN) -q -Dfast -Dpackages package

repo: packages
	packaging/repo

# packages installed, upgraded and removed with apt and dnf; needs root, says what it skips
packages-life:
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL conformance/lib/again conformance/packages/run

# `sandjar node` with real engines; needs root, says what it skips
node-life:
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL conformance/lib/again conformance/node/run

# the image store against umoci, skopeo and docker-registry; says what it skips
images:
	conformance/lib/again conformance/images/run

# Jazzer on the parsers, then random calls; FUZZ_SECONDS for each
FUZZ_SECONDS ?= 60
fuzz:
	dev/fuzz $(FUZZ_SECONDS)
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL FUZZ_SECONDS=$(FUZZ_SECONDS) conformance/run --suite fuzz

# ten minutes of mixed load: is what the kernel takes flat?
load:
	conformance/load/run 600

bench:
	bench/run

clean:
	rm -rf build */target target

.PHONY: fuzz load image check check-image conformance engines containerd test format licence docs packages packages-life node-life repo images bench clean kubelet
