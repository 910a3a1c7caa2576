/*
 * json.h - keys as JSON.
 */
#ifndef CMD_JSON_H
#define CMD_JSON_H

#include <stdio.h>

#include "apikey.h"

/* A text as a JSON string; NULL and "" are null. */
void	cmd_json_text(FILE *, const char *text);

/* A time as a JSON string; none is null. */
void	cmd_json_time(FILE *, int64_t t);

/* A key as a JSON object. */
void	cmd_json_key(FILE *, const apikey_key *);

/* {"version":1,"key":{...}} and a newline. */
void	cmd_json_one(FILE *, const apikey_key *);

/* {"version":1,"keys":[...]} and a newline. */
void	cmd_json_keys(FILE *, apikey_key *const *keys, size_t count);

#endif /* CMD_JSON_H */
