/*
 * The folder of what is counted.
 */
#include "state.h"
#include "usage.h"

#define USAGE	"usage"

void
ak_state_open(struct ak_state *ret, const char *path)
{
	*ret = (struct ak_state){
		.dir = AK_DIR_CLOSED, .usage = AK_DIR_CLOSED,
	};
	switch (ak_dir_open(&ret->dir, path, &ret->fault)) {
	case APIKEY_OK:
		(void)ak_dir_open_in(&ret->usage, &ret->dir, USAGE, true,
		    &ret->fault);
		break;
	case APIKEY_ERR_NOT_FOUND:
		(void)ak_fail(&ret->fault, APIKEY_ERR_UNAVAILABLE,
		    "%s: there is no such folder for what is counted; make "
		    "it with mode 0700", path);
		break;
	default:
		break;
	}
}

void
ak_state_close(struct ak_state *state)
{
	ak_dir_close(&state->usage);
	ak_dir_close(&state->dir);
}

void
ak_state_keep(struct ak_state *state, const struct ak_state *other)
{
	ak_state_close(state);
	if (ak_dir_copy(&state->dir, &other->dir, &state->fault) !=
	    APIKEY_OK ||
	    ak_dir_copy(&state->usage, &other->usage, &state->fault) !=
	    APIKEY_OK)
		ak_state_close(state);
}

bool
ak_state_was_used(const struct ak_state *state, const char *id,
    bool *ret_degraded)
{
	struct ak_usage usage;
	int code = ak_usage_read(&state->usage, id, &usage, NULL);

	if (code == APIKEY_OK)
		return usage.count > 0;
	if (code != APIKEY_ERR_NOT_FOUND)
		*ret_degraded = true;
	return false;
}
