// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// The scanner of JSON, shared with the shim.

#ifndef JSON_H
#define JSON_H

#include <stddef.h>
#include <stdio.h>

struct json {
    const char *at, *end;
    int depth, bad;
};
int json_object(struct json *j);                             // at its `{`
int json_member(struct json *j, char *name, size_t size);    // the next name; 0: the object is over
int json_array(struct json *j);
int json_element(struct json *j);                            // 0: the array is over
int json_string(struct json *j, char *text, size_t size);    // 0: it is something else
int json_true(struct json *j);                               // is it `true`
long json_number(struct json *j);
void json_skip(struct json *j);
void json_write_string(FILE *out, const char *text);

#endif
