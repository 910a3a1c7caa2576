/*
 * findings.c - what a check finds.
 */
#include <search.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exit.h"
#include "findings.h"
#include "json.h"
#include "output.h"
#include "text.h"
#include "words.h"

static const char *const names[] = {
	[CMD_ERROR] = "error", [CMD_WARNING] = "warning", [CMD_NOTE] = "note"
};

static int
compare_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* True when it is new. */
static bool
remember(struct cmd_findings *f, const struct cmd_finding *one)
{
	char *text = cmd_text("%d\n%s\n%s", (int)one->severity, one->where,
	    one->what);
	char **at;

	at = cmd_memory(tsearch(text, &f->seen, compare_text));
	if (*at == text)
		return true;
	free(text);
	return false;
}

static void
add(struct cmd_findings *f, struct cmd_finding one)
{
	if (!remember(f, &one)) {
		free(one.where);
		free(one.what);
		free(one.mend);
		return;
	}
	if (f->count == f->room) {
		f->room = f->room == 0 ? 16 : f->room * 2;
		f->finding = cmd_memory(reallocarray(f->finding, f->room,
		    sizeof(f->finding[0])));
	}
	one.place = f->count;
	f->finding[f->count++] = one;
}

bool
cmd_harmless(const char *word)
{
	return *word != '\0' && *word != '-' && word[strspn(word,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	    "._/-")] == '\0';
}

/* "/etc/pam.d/sshd" of "/etc/pam.d/sshd:3", "alice" of "user alice". */
static char *
subject_of(const char *where)
{
	const char *colon = strrchr(where, ':');
	size_t len = strlen(where);
	char *word;

	if (colon != NULL && colon[1] != '\0' &&
	    colon[1 + strspn(colon + 1, "0123456789")] == '\0')
		len = (size_t)(colon - where);
	if (strncmp(where, "user ", 5) == 0) {
		where += 5;
		len -= 5;
	}
	word = cmd_text("%.*s", (int)len, where);
	if (!cmd_harmless(word)) {
		free(word);
		word = cmd_text("it");
	}
	return word;
}

static char *
fill(const char *mend, const char *where)
{
	char *word = subject_of(where), *all = cmd_text("%s", mend);
	char *place, *next;

	while ((place = strstr(all, "{}")) != NULL) {
		next = cmd_text("%.*s%s%s", (int)(place - all), all, word,
		    place + 2);
		free(all);
		all = next;
	}
	free(word);
	return all;
}

void
cmd_find(struct cmd_findings *f, enum cmd_severity severity,
    const char *where, const char *mend, const char *format, ...)
{
	struct cmd_finding one = { .severity = severity };
	va_list ap;

	va_start(ap, format);
	if (vasprintf(&one.what, format, ap) == -1)
		one.what = NULL;
	va_end(ap);
	cmd_memory(one.what);
	one.where = cmd_memory(strdup(where));
	one.mend = fill(mend, where);
	add(f, one);
}

/* The length of "NAME" or "NAME:LINE" that the sentence begins with. */
static size_t
place_of(const char *sentence, const char *name)
{
	size_t len = strlen(name), digits;

	if (strncmp(sentence, name, len) != 0 || sentence[len] != ':')
		return 0;
	digits = strspn(sentence + len + 1, "0123456789");
	return digits > 0 && sentence[len + 1 + digits] == ':' ?
	    len + 1 + digits : len;
}

/* The mends of the library, and what becomes of them here.  Its sentences
 * hold values of others, too. */
static const struct {
	const char *text, *mend;
} mends[] = {
	{ "chown root it", "chown root {}" },
	{ "chmod go-w it", "chmod go-w {}" },
	{ "use a folder of its own in it", "use a folder of its own in it" },
	{ "leave the setting out instead", "leave the setting out instead" },
	{ "the file must be named by its id",
	    "the file must be named by its id" }
};

static const char *
cut_mend(char *what, const char *mend)
{
	char *end = strrchr(what, ';');
	size_t i;

	for (i = 0; end != NULL && i < sizeof(mends) / sizeof(mends[0]); i++)
		if (end[1] == ' ' && strcmp(end + 2, mends[i].text) == 0) {
			*end = '\0';
			return mends[i].mend;
		}
	return mend;
}

void
cmd_find_sentence(struct cmd_findings *f, enum cmd_severity severity,
    const char *name, const char *sentence, const char *mend)
{
	size_t len = place_of(sentence, name);
	char *where, *what;

	where = len == 0 ? cmd_text("%s", name) :
	    cmd_text("%.*s", (int)len, sentence);
	what = cmd_text("%s", len == 0 ? sentence : sentence + len + 1 +
	    strspn(sentence + len + 1, " "));
	mend = cut_mend(what, mend);
	cmd_find(f, severity, where, mend, "%s", what);
	free(where);
	free(what);
}

/* ---- Writing -------------------------------------------------------- */

static int
compare(const void *a, const void *b)
{
	const struct cmd_finding *x = a, *y = b;

	if (x->severity != y->severity)
		return x->severity < y->severity ? -1 : 1;
	return (x->place > y->place) - (x->place < y->place);
}

static void
put_json(const struct cmd_findings *f)
{
	const struct cmd_finding *one;
	size_t i;

	fputs("{\"version\":1,\"findings\":[", stdout);
	for (i = 0; i < f->count; i++) {
		one = &f->finding[i];
		printf("%s{\"severity\":\"%s\",\"where\":",
		    i > 0 ? "," : "", names[one->severity]);
		cmd_json_text(stdout, one->where);
		fputs(",\"what\":", stdout);
		cmd_json_text(stdout, one->what);
		fputs(",\"mend\":", stdout);
		cmd_json_text(stdout, one->mend);
		fputc('}', stdout);
	}
	fputs("]}\n", stdout);
}

static void
put_line(const struct cmd_finding *one)
{
	fputs(names[one->severity], stdout);
	fputc('\t', stdout);
	cmd_put(stdout, one->where, CMD_TSV);
	fputc('\t', stdout);
	cmd_put(stdout, one->what, CMD_TSV);
	fputc('\t', stdout);
	cmd_put(stdout, one->mend, CMD_TSV);
	fputc('\n', stdout);
}

static void
put_block(const struct cmd_finding *one)
{
	static const char *const colors[] = {
		[CMD_ERROR] = "\033[31m", [CMD_WARNING] = "\033[33m",
		[CMD_NOTE] = "\033[36m"
	};
	bool colored = cmd_colored();

	printf("%s%-8s%s ", colored ? colors[one->severity] : "",
	    names[one->severity], colored ? "\033[0m" : "");
	cmd_put(stdout, one->where, CMD_TERMINAL);
	fputs("\n         ", stdout);
	cmd_put(stdout, one->what, CMD_TERMINAL);
	fputs("\n         mend: ", stdout);
	cmd_put(stdout, one->mend, CMD_TERMINAL);
	fputc('\n', stdout);
}

void
cmd_findings_drop(struct cmd_findings *f)
{
	size_t i;

	for (i = 0; i < f->count; i++) {
		free(f->finding[i].where);
		free(f->finding[i].what);
		free(f->finding[i].mend);
	}
	free(f->finding);
	tdestroy(f->seen, free);
	*f = (struct cmd_findings){ .status = CMD_EXIT_DONE };
}

int
cmd_findings_put(const struct cmd_env *env, struct cmd_findings *f)
{
	int status = cmd_exit_worst(f->status,
	    f->count > 0 ? CMD_EXIT_FOUND : CMD_EXIT_DONE);
	size_t i;

	if (f->count > 1)
		qsort(f->finding, f->count, sizeof(f->finding[0]), compare);
	if (env->json)
		put_json(f);
	else
		for (i = 0; i < f->count; i++) {
			if (env->tty)
				put_block(&f->finding[i]);
			else
				put_line(&f->finding[i]);
		}
	cmd_findings_drop(f);
	return status;
}
