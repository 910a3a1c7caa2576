/*
 * args.c - the manners that all commands share on their command line.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "args.h"
#include "exit.h"
#include "output.h"

int
cmd_usage(const struct cmd_env *env, const char *format, ...)
{
	const char *name = env->command->name;
	char text[1024];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	if (name == NULL)
		cmd_error("%s (see 'apikeyctl --help')", text);
	else
		cmd_error("%s: %s (see 'apikeyctl %s --help')", name, text,
		    name);
	return CMD_EXIT_USAGE;
}

/* getopt's own sentences name the wrong program and are not escaped. */
static int
mistake(const struct cmd_env *env, int what, char **argv,
    const struct option *options)
{
	const char *arg = argv[optind - 1];

	if (what == ':')
		return cmd_usage(env, "option '%s' needs a value", arg);
	for (; options->name != NULL; options++)
		if (optopt == options->val)
			return cmd_usage(env, "option '--%s' takes no value",
			    options->name);
	if (optopt > 0)
		return cmd_usage(env, "unknown option '-%c'", optopt);
	return cmd_usage(env, "unknown or ambiguous option '%s'", arg);
}

/* Which of two values was meant cannot be told. */
static bool
given_again(struct cmd_env *env, const struct option *option, int index)
{
	uint64_t bit = UINT64_C(1) << index;
	bool again;

	if (option->has_arg == no_argument ||
	    (option->val & CMD_OPT_AGAIN) != 0)
		return false;
	again = (env->given & bit) != 0 ||
	    (option->val == CMD_OPT_CONFIG && env->config != NULL);
	env->given |= bit;
	return again;
}

static int
stop(struct cmd_env *env, int status)
{
	env->stop = true;
	env->status = status;
	return CMD_ARGS_STOP;
}

int
cmd_args_next(struct cmd_env *env, int argc, char **argv,
    const struct option *options)
{
	const char *shorts = env->command->name == NULL ? "+:h" : ":h";
	int index, what;

	opterr = 0;
	while ((what = getopt_long(argc, argv, shorts, options,
	    &index)) != -1) {
		if (what == ':' || what == '?')
			return stop(env, mistake(env, what, argv, options));
		if (what == 'h' || what == CMD_OPT_HELP) {
			fputs(env->command->help, stdout);
			return stop(env, CMD_EXIT_DONE);
		}
		if (given_again(env, &options[index], index))
			return stop(env, cmd_usage(env,
			    "option '--%s' is given twice",
			    options[index].name));
		if (what == CMD_OPT_CONFIG)
			env->config = optarg;
		else if (what == CMD_OPT_JSON)
			env->json = true;
		else
			return what & ~CMD_OPT_AGAIN;
	}
	return CMD_ARGS_END;
}

int
cmd_args_id(struct cmd_env *env, int argc, char **argv)
{
	static const struct option options[] = { CMD_OPTIONS_EVERYWHERE };

	if (cmd_args_next(env, argc, argv, options) == CMD_ARGS_STOP)
		return env->status;
	if (argc - optind != 1)
		return cmd_usage(env, "it takes one id");
	return CMD_EXIT_DONE;
}

/* Wipe the tokens in one argument. */
static int
wipe(char *arg)
{
	const char *end = arg + strlen(arg);
	char id[APIKEY_ID_SIZE];
	int found = 0;

	while (end - arg >= APIKEY_TOKEN_LEN) {
		if (apikey_token_id(arg, APIKEY_TOKEN_LEN, id) != APIKEY_OK) {
			arg++;
			continue;
		}
		explicit_bzero(arg, APIKEY_TOKEN_LEN);
		arg += APIKEY_TOKEN_LEN;
		found++;
		cmd_error("the key apik_%s was given as an argument, where "
		    "every user of this machine can see it: revoke it "
		    "(apikeyctl revoke %s)", id, id);
	}
	return found;
}

int
cmd_args_wipe(int argc, char **argv)
{
	int i, found = 0;

	for (i = 1; i < argc; i++)
		found += wipe(argv[i]);
	return found;
}
