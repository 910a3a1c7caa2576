/*
 * A case's files: configuration, keystore with one key, PAM stack; and
 * the comparison of the captured lines with the expected ones.
 */
#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "scene.h"
#include "vectors.h"

void
text_add(struct text *text, const char *line)
{
	const size_t used = strlen(text->buf);
	const size_t room = sizeof(text->buf) - used;

	if ((size_t)snprintf(text->buf + used, room, "%s\n", line) >= room)
		scene_give_up("too much text");
}

static void
write_file(const struct scene *scene, const char *name, const char *format,
    ...) __attribute__((__format__(__printf__, 3, 4)));

static void
write_file(const struct scene *scene, const char *name, const char *format,
    ...)
{
	char path[4096];
	va_list ap;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", scene->dir, name);
	if ((file = fopen(path, "we")) == NULL || fchmod(fileno(file), 0600))
		scene_give_up("%s: cannot be written", path);
	va_start(ap, format);
	vfprintf(file, format, ap);
	va_end(ap);
	if (fclose(file) != 0)
		scene_give_up("%s: cannot be written", path);
}

static void
make_folder(const struct scene *scene, const char *name)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", scene->dir, name);
	if (mkdir(path, 0700) != 0)
		scene_give_up("%s: cannot be made", path);
}

/* What the module returns is what the application gets, but for
 * PAM_IGNORE, which takes it to the next module. */
static void
add_phase(struct text *stack, const char *phase, const char *options)
{
	char line[2048];

	snprintf(line, sizeof(line), "%s [success=done ignore=ignore "
	    "default=die] %s %s\n%s required %s ignored", phase,
	    getenv("MODULE"), options, phase, getenv("PROBE"));
	text_add(stack, line);
}

static void
write_stack(struct scene *scene)
{
	char name[256], options[1024];

	snprintf(name, sizeof(name), "pam.d/%s", scene->service);
	snprintf(options, sizeof(options), "config=%s/apikey.conf %s",
	    scene->dir, scene->options);
	if (scene->stack.buf[0] == '\0') {
		add_phase(&scene->stack, "auth", options);
		add_phase(&scene->stack, "account", scene->account_options);
		add_phase(&scene->stack, "session", scene->account_options);
		add_phase(&scene->stack, "password", "");
	}
	write_file(scene, name, "%s", scene->stack.buf);
}

static void
write_key(const struct scene *scene, const char *id, const char *hash,
    const char *bounds)
{
	char name[64];

	snprintf(name, sizeof(name), "keys.d/%s.conf", id);
	write_file(scene, name, "version = 1;\nid = \"%s\";\n"
	    "user = \"%s\";\nhash = \"%s\";\n"
	    "created = \"2020-01-01T00:00:00Z\";\n%s", id,
	    scene->key_user, hash, bounds);
}

void
scene_write(struct scene *scene)
{
	if (scene->ready)
		return;
	scene->ready = true;
	make_folder(scene, "keys.d");
	make_folder(scene, "state");
	make_folder(scene, "pam.d");
	write_file(scene, "apikey.conf", "keystore = \"%s/keys.d\";\n"
	    "state = \"%s/state\";\n%s", scene->dir, scene->dir,
	    scene->config.buf);
	write_key(scene, VECTOR_ID, scene->key_hash, scene->record.buf);
	if (scene->successor)
		write_key(scene, VECTOR_OTHER_ID, VECTOR_OTHER_HASH,
		    "rotated_from = \"" VECTOR_ID "\";\n");
	write_stack(scene);
	write_file(scene, "pam.d/other", "auth required pam_deny.so\n");
}

/* Wherever the rest of a line is left open, these must not be in it. */
static void
check_secrets(struct scene *scene, const char *line)
{
	static const char *const secrets[] = {
		VECTOR_SECRET, VECTOR_WRONG_SECRET, VECTOR_HASH_END,
		VECTOR_OTHER_END, VECTOR_PEPPER, VECTOR_PEPPERED_END,
		VECTOR_ARGON2ID_END
	};

	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		if (strstr(line, secrets[i]) != NULL)
			scene_fail(scene, "a secret in the log");
	for (size_t i = 0; i < scene->reply_count; i++) {
		const char *reply = scene->replies[i].text;

		if (reply != NULL && strlen(reply) >= 8 &&
		    strstr(line, reply) != NULL)
			scene_fail(scene, "a reply in the log");
	}
}

void
scene_check_log(struct scene *scene)
{
	FILE *file = fopen(scene->log, "re");
	char *line = NULL;
	size_t size = 0, count = 0;
	ssize_t len;

	while (file != NULL && (len = getline(&line, &size, file)) != -1) {
		line[len - 1] = '\0';
		check_secrets(scene, line);
		if (count >= scene->line_count)
			scene_fail(scene, "unexpected line: %s", line);
		else if (fnmatch(scene->lines[count], line,
		    FNM_NOESCAPE) != 0)
			scene_fail(scene, "expected line: %s\n#      got: %s",
			    scene->lines[count], line);
		count++;
	}
	for (; count < scene->line_count; count++)
		scene_fail(scene, "missing line: %s", scene->lines[count]);
	free(line);
	if (file != NULL)
		fclose(file);
}
