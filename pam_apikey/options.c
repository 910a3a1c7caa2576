/*
 * The options of a PAM line, as one table.  Nothing is judged twice or
 * passed over: what the table does not know is a complaint, since it
 * could have been meant as a restriction.
 */
#include <string.h>

#include "options.h"

/* sshpass, Ansible and expect scripts wait for "assword", and a prompt
 * of our own would tell strangers who has a key. */
#define DEFAULT_PROMPT	"Password: "

/* Where it goes: a flag, a text, or (both NULL) the list of scopes. */
struct option {
	const char	 *name;
	bool		 *flag;
	const char	**text;
};

static const char *
set_flag(bool *flag, const char *value)
{
	if (value != NULL)
		return "takes no value";
	*flag = true;
	return NULL;
}

/* An empty group= must not make us responsible for everybody: "" stays
 * as a group that nobody is in. */
static const char *
set_text(const char **text, const char *value)
{
	if (*text != NULL)
		return "is given twice";
	*text = value == NULL ? "" : value;
	return **text == '\0' ? "needs a value" : NULL;
}

static const char *
add_scope(struct pamak_options *o, const char *value)
{
	if (value == NULL || *value == '\0')
		return "needs a value";
	if (o->scope_count == APIKEY_LIST_MAX)
		return "is given too often";
	o->scopes[o->scope_count++] = value;
	return NULL;
}

static const char *
apply(struct pamak_options *o, const char *arg)
{
	const struct option table[] = {
		{ "config", NULL, &o->config },
		{ "group", NULL, &o->group },
		{ "prompt", NULL, &o->prompt },
		{ "scope", NULL, NULL },
		{ "use_first_pass", &o->use_first_pass, NULL },
		{ "try_first_pass", &o->try_first_pass, NULL },
		{ "mixed", &o->mixed, NULL },
		{ "nodelay", &o->nodelay, NULL },
		{ "debug", &o->debug, NULL },
	};
	const size_t len = strcspn(arg, "=");
	const char *value = arg[len] == '=' ? arg + len + 1 : NULL;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct option *opt = &table[i];

		if (strlen(opt->name) != len ||
		    memcmp(opt->name, arg, len) != 0)
			continue;
		if (opt->flag != NULL)
			return set_flag(opt->flag, value);
		if (opt->text != NULL)
			return set_text(opt->text, value);
		return add_scope(o, value);
	}
	return "is unknown";
}

void
pamak_options_parse(struct pamak_options *ret, int argc, const char **argv)
{
	memset(ret, 0, sizeof(*ret));
	for (int i = 0; i < argc; i++) {
		const char *complaint = apply(ret, argv[i]);

		if (complaint != NULL && ret->complaint == NULL) {
			ret->bad = argv[i];
			ret->complaint = complaint;
		}
	}
	if (ret->prompt == NULL)
		ret->prompt = DEFAULT_PROMPT;
}
