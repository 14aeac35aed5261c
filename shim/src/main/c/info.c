// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// `-info`: what containerd shows as the handler's features. They are the JSON of `runsc features`.

#include "shim.h"

#define FEATURES "types.containerd.io/opencontainers/runtime-spec/1/features/Features"

// The runtime that the options on stdin ask for (containerd.runc.v1.Options.binary_name), if it is a path.
static const char *binary_in_options(void) {
    size_t size;
    const char *binary = NULL;
    if (isatty(0)) return NULL;
    const uint8_t *at = read_input(0, 2000, FRAME_MAX, &size), *end = at + size, *value = NULL, *value_end = NULL;
    struct field f;
    int ours = 0;
    while (at != NULL && next_field(&at, end, &f) > 0) {
        static const char name[] = "containerd.runc.v1.Options";
        if (f.number == 1 && f.kind == 2) ours = f.size >= sizeof name - 1 && memcmp(f.bytes + f.size - (sizeof name - 1), name, sizeof name - 1) == 0;
        if (f.number == 2 && f.kind == 2) value = f.bytes, value_end = f.bytes + f.size;
    }
    while (ours && value != NULL && next_field(&value, value_end, &f) > 0) {
        if (f.number == 6 && f.kind == 2) binary = strndup((const char *)f.bytes, f.size);
    }
    return binary != NULL && *binary == '/' ? binary : NULL;
}

int info_action(void) {
    const char *given = binary_in_options();
    char *runsc = given != NULL ? strdup(given) : in_image("IMAGE/bin/runsc");
    char *const args[] = {runsc, "features", NULL};
    struct output features;
    static struct proto version, any, info;
    int had = run_program(args, 20000, 1 << 20, &features) == 0 && WIFEXITED(features.status) && WEXITSTATUS(features.status) == 0;
    put_text(&info, 1, "io.containerd.runsc.v1");
    put_text(&version, 1, VERSION);
    put_bytes(&info, 2, version.bytes, version.size);
    if (!had) {
        fprintf(stderr, "containerd-shim-runsc-v1: `%s features` failed, so containerd will not know the runtime's features\n", runsc);
    } else if (features.size < sizeof any.bytes / 2) {
        put_text(&any, 1, FEATURES);
        put_bytes(&any, 2, features.bytes, features.size);
        put_bytes(&info, 4, any.bytes, any.size);
    } else {
        fail("`%s features` printed %zu bytes, which is too much", runsc, features.size);
    }
    return fwrite(info.bytes, 1, info.size, stdout) == info.size && fflush(stdout) == 0 ? 0 : 1;
}
