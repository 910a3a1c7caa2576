/*
 * What a script can say.  The files are written and the PAM handle is
 * made when the first directive needs them; what is set later reaches
 * only what comes later.
 */
#include <dirent.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scene.h"

/* What pam_probe.so gives when the module before it was passed over. */
#define PAM_NEXT	PAM_TRY_AGAIN

#define CODES(X)							\
	X(SUCCESS) X(AUTH_ERR) X(AUTHINFO_UNAVAIL) X(NEXT)		\
	X(SESSION_ERR) X(PERM_DENIED) X(CONV_ERR) X(BUF_ERR)		\
	X(SYSTEM_ERR) X(CONV_AGAIN) X(ABORT) X(USER_UNKNOWN)

static const struct {
	const char	*name;
	int		 code;
} codes[] = {
#define X(name)	{ #name, PAM_##name },
	CODES(X)
#undef X
};

void
scene_fail(struct scene *scene, const char *format, ...)
{
	va_list ap;

	scene->failures++;
	printf("#    ");
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	printf("\n");
}

void
scene_give_up(const char *format, ...)
{
	va_list ap;

	printf("#    ");
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	printf("\n");
	fflush(stdout);
	_exit(1);
}

static int
code_of(const char *name)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (strcmp(codes[i].name, name) == 0)
			return codes[i].code;
	scene_give_up("no such code: %s", name);
}

static const char *
name_of(int code)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].code == code)
			return codes[i].name;
	return "another code";
}

/* The first word, which is cut off arg. */
static char *
word(char **arg)
{
	return strsep(arg, " ");
}

static void
on_delay(int status, unsigned usec, void *arg)
{
	(void)status;
	((struct scene *)arg)->delay = usec;
}

static void
start(struct scene *scene)
{
	union {
		void	(*call)(int, unsigned, void *);
		void	 *item;
	} delay = { on_delay };
	char folder[4096];

	scene_write(scene);
	if (scene->pamh != NULL)
		return;
	snprintf(folder, sizeof(folder), "%s/pam.d", scene->dir);
	if (pam_start_confdir(scene->service, scene->user, &scene->conv,
	    folder, &scene->pamh) != PAM_SUCCESS ||
	    pam_set_item(scene->pamh, PAM_FAIL_DELAY, delay.item) !=
	    PAM_SUCCESS)
		scene_give_up("pam_start failed");
}

static void
do_item(struct scene *scene, char *arg)
{
	static const struct { const char *name; int item; } items[] = {
		{ "rhost", PAM_RHOST }, { "ruser", PAM_RUSER },
		{ "tty", PAM_TTY }, { "user", PAM_USER },
	};
	const char *name = word(&arg);

	start(scene);
	for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++)
		if (strcmp(items[i].name, name) == 0) {
			pam_set_item(scene->pamh, items[i].item,
			    arg == NULL ? NULL : unescaped(arg));
			return;
		}
	scene_give_up("no such item: %s", name);
}

static int
call(pam_handle_t *pamh, int flags, const char *phase)
{
	if (strcmp(phase, "authenticate") == 0)
		return pam_authenticate(pamh, flags);
	if (strcmp(phase, "setcred") == 0)
		return pam_setcred(pamh, flags | PAM_ESTABLISH_CRED);
	if (strcmp(phase, "reinitialize") == 0)
		return pam_setcred(pamh, flags | PAM_REINITIALIZE_CRED);
	if (strcmp(phase, "refresh") == 0)
		return pam_setcred(pamh, flags | PAM_REFRESH_CRED);
	if (strcmp(phase, "delete") == 0)
		return pam_setcred(pamh, flags | PAM_DELETE_CRED);
	if (strcmp(phase, "account") == 0)
		return pam_acct_mgmt(pamh, flags);
	if (strcmp(phase, "open_session") == 0)
		return pam_open_session(pamh, flags);
	if (strcmp(phase, "close_session") == 0)
		return pam_close_session(pamh, flags);
	if (strcmp(phase, "chauthtok") == 0)
		return pam_chauthtok(pamh, flags);
	scene_give_up("no such phase: %s", phase);
}

static int
open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	while (dir != NULL && readdir(dir) != NULL)
		count++;
	if (dir != NULL)
		closedir(dir);
	return count;
}

static void
do_call(struct scene *scene, char *arg)
{
	const char *phase = word(&arg);
	int code, descriptors;

	start(scene);
	scene->delay = 0;
	descriptors = open_descriptors();
	code = call(scene->pamh, scene->flags, phase);
	if (open_descriptors() != descriptors)
		scene_fail(scene, "%s: descriptors were left open", phase);
	if (code != code_of(strcmp(arg, "IGNORE") == 0 ? "NEXT" : arg))
		scene_fail(scene, "%s: expected %s, got %s (%d)", phase, arg,
		    name_of(code), code);
}

static void
do_env(struct scene *scene, char *arg)
{
	const char *name = strsep(&arg, "=");
	const char *value;

	start(scene);
	value = pam_getenv(scene->pamh, name);
	if ((arg == NULL) != (value == NULL) ||
	    (arg != NULL && strcmp(arg, value) != 0))
		scene_fail(scene, "%s: expected %s, got %s", name,
		    arg == NULL ? "(none)" : arg,
		    value == NULL ? "(none)" : value);
}

static void
do_log(struct scene *scene, char *arg)
{
	if (scene->line_count == SCENE_MAX)
		scene_give_up("too many lines");
	scene->lines[scene->line_count++] = arg;
}

static void
do_info(struct scene *scene, const char *pattern)
{
	const char *info = scene->info_next == scene->info_count ?
	    "(none)" : scene->infos[scene->info_next++];

	if (fnmatch(pattern, info, FNM_NOESCAPE) != 0)
		scene_fail(scene, "expected info: %s\n#      got: %s",
		    pattern, info);
}

static void
do_fault(struct scene *scene, char *arg)
{
	const char *function = word(&arg);

	(void)scene;
	if (arg == NULL || !fault_set(function, atoi(arg)))
		scene_give_up("no such fault: %s", function);
}

static void
do_sh(struct scene *scene, const char *arg)
{
	scene_write(scene);
	if (chdir(scene->dir) != 0 || system(arg) != 0)
		scene_give_up("failed: %s", arg);
}

/* libpam draws the length from a half to one and a half of what it was
 * asked for. */
static void
do_delay(struct scene *scene, const char *arg)
{
	unsigned least = (unsigned)atoi(arg) / 2;
	unsigned most = least * 3;

	if (scene->delay < least || scene->delay > most)
		scene_fail(scene, "a delay of %u", scene->delay);
}

static void
do_prompt(struct scene *scene, const char *arg)
{
	if (scene->last_prompt == NULL ||
	    strcmp(scene->last_prompt, arg) != 0)
		scene_fail(scene, "expected prompt: %s|, got: %s|", arg,
		    scene->last_prompt == NULL ? "(none)" :
		    scene->last_prompt);
}

static bool
set_up(struct scene *scene, const char *directive, char *arg)
{
	if (strcmp(directive, "service") == 0)
		scene->service = arg;
	else if (strcmp(directive, "user") == 0)
		scene->user = arg == NULL ? NULL : unescaped(arg);
	else if (strcmp(directive, "key_user") == 0)
		scene->key_user = arg;
	else if (strcmp(directive, "key_hash") == 0)
		scene->key_hash = arg;
	else if (strcmp(directive, "successor") == 0)
		scene->successor = true;
	else if (strcmp(directive, "silent") == 0)
		scene->flags = (int)PAM_SILENT;
	else if (strcmp(directive, "options") == 0)
		scene->options = arg;
	else if (strcmp(directive, "account_options") == 0)
		scene->account_options = arg;
	else if (strcmp(directive, "config") == 0)
		text_add(&scene->config, arg);
	else if (strcmp(directive, "record") == 0)
		text_add(&scene->record, arg);
	else if (strcmp(directive, "stack") == 0)
		text_add(&scene->stack, arg);
	else if (strcmp(directive, "conv") == 0)
		scene->conv.conv = NULL;
	else if (strcmp(directive, "root") == 0 && geteuid() != 0)
		_exit(SCENE_SKIPPED);
	else
		return strcmp(directive, "root") == 0;
	return true;
}

static bool
answer(struct scene *scene, const char *directive, char *arg)
{
	static char empty[] = "";

	if (strcmp(directive, "reply") == 0)
		reply_add(scene, arg == NULL ? empty : unescaped(arg),
		    PAM_SUCCESS, false);
	else if (strcmp(directive, "reply_repeat") == 0)
		reply_add(scene, repeated(arg), PAM_SUCCESS, false);
	else if (strcmp(directive, "reply_null") == 0)
		reply_add(scene, NULL, PAM_SUCCESS, false);
	else if (strcmp(directive, "reply_none") == 0)
		reply_add(scene, NULL, PAM_SUCCESS, true);
	else if (strcmp(directive, "reply_fails") == 0)
		reply_add(scene, NULL, code_of(arg), true);
	else
		return false;
	return true;
}

void
scene_do(struct scene *scene, const char *directive, char *arg)
{
	if (set_up(scene, directive, arg) || answer(scene, directive, arg))
		return;
	if (arg == NULL)
		scene_give_up("%s: what?", directive);
	if (strcmp(directive, "item") == 0)
		do_item(scene, arg);
	else if (strcmp(directive, "call") == 0)
		do_call(scene, arg);
	else if (strcmp(directive, "env") == 0)
		do_env(scene, arg);
	else if (strcmp(directive, "putenv") == 0) {
		start(scene);
		pam_putenv(scene->pamh, arg);
	} else if (strcmp(directive, "log") == 0)
		do_log(scene, arg);
	else if (strcmp(directive, "info") == 0)
		do_info(scene, arg);
	else if (strcmp(directive, "fault") == 0)
		do_fault(scene, arg);
	else if (strcmp(directive, "sh") == 0)
		do_sh(scene, arg);
	else if (strcmp(directive, "delay") == 0)
		do_delay(scene, arg);
	else if (strcmp(directive, "prompt") == 0)
		do_prompt(scene, arg);
	else
		scene_give_up("no such directive: %s", directive);
}

void
scene_end(struct scene *scene)
{
	if (scene->pamh != NULL)
		pam_end(scene->pamh, PAM_SUCCESS);
	if (scene->reply_next != scene->reply_count)
		scene_fail(scene, "a reply was not asked for");
	for (; scene->info_next < scene->info_count; scene->info_next++)
		scene_fail(scene, "unexpected info: %s",
		    scene->infos[scene->info_next]);
	scene_check_log(scene);
	free(scene->last_prompt);
}
