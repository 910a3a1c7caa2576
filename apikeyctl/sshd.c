/*
 * sshd.c - sshd_config: the first value of a setting is the one that holds;
 * Match blocks end with their file.
 */
#include <ctype.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sshd.h"

#define FOLDER		"/etc/ssh/"

/* One file, and the block that it is included in. */
struct reading {
	struct cmd_sshd *sshd;
	const struct cmd_sshd_match *outer;
};

static cmd_include_text	read_text;

/* Keyword and value, with blanks, "=" and the quotes of one value taken
 * away.  False for a line that says nothing. */
static bool
split(char *line, char **ret_keyword, char **ret_value)
{
	char *end, *p;
	bool quoted = false;

	line += strspn(line, " \t\r");
	if (*line == '\0' || *line == '#')
		return false;
	end = line + strcspn(line, " \t\r=\"");
	*ret_keyword = line;
	*ret_value = end + strspn(end, " \t\r=");
	*end = '\0';
	for (p = line; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	for (p = *ret_value; *p != '\0'; p++) {
		quoted ^= *p == '"';
		if (*p == '#' && !quoted && (p == *ret_value ||
		    isspace((unsigned char)p[-1])))
			break;
	}
	*p = '\0';
	for (; p > *ret_value && isspace((unsigned char)p[-1]); p--)
		p[-1] = '\0';
	if (**ret_value == '"' && p - *ret_value > 1 && p[-1] == '"' &&
	    strchr(*ret_value + 1, '"') == p - 1) {
		p[-1] = '\0';
		(*ret_value)++;
	}
	return true;
}

static bool
takes(const char *name, const char *pattern)
{
	return fnmatch(pattern, name, FNM_PERIOD) == 0;
}

/* One pattern: the last part of the path may have wild cards. */
static void
include(struct reading *r, const char *pattern, const char *where)
{
	struct cmd_include *in = &r->sshd->include;
	char *full, *slash, *what;

	full = *pattern == '/' ? cmd_text("%s", pattern) :
	    cmd_text(FOLDER "%s", pattern);
	slash = strrchr(full, '/');
	*slash = '\0';
	if (strpbrk(full, "*?[") != NULL) {
		what = cmd_text("%s: it cannot be told what %s includes",
		    where, pattern);
		(void)cmd_words_once(&in->unread, what);
		free(what);
	} else
		cmd_include_folder(in, *full == '\0' ? "/" : full, takes,
		    slash + 1, read_text, r);
	free(full);
}

static const struct cmd_sshd_match *
new_match(const struct reading *r, const char *text)
{
	struct cmd_sshd_match *match = cmd_memory(calloc(1, sizeof(*match)));

	match->text = cmd_text("%s", text);
	match->outer = r->outer;
	match->next = r->sshd->matches;
	r->sshd->matches = match;
	return match;
}

static void
add(const struct reading *r, const char *keyword, const char *value,
    const char *where, const struct cmd_sshd_match *match)
{
	struct cmd_sshd *sshd = r->sshd;

	/* The name that it had before OpenSSH 8.7. */
	if (strcmp(keyword, "challengeresponseauthentication") == 0 ||
	    strcmp(keyword, "skeyauthentication") == 0)
		keyword = "kbdinteractiveauthentication";
	sshd->setting = cmd_one_more(sshd->setting, sshd->count,
	    sizeof(sshd->setting[0]));
	sshd->setting[sshd->count++] = (struct cmd_sshd_setting){
		.keyword = cmd_text("%s", keyword),
		.value = cmd_text("%s", value),
		.where = cmd_text("%s", where), .match = match
	};
}

static void
take(const struct reading *r, const struct cmd_sshd_match **match,
    const char *keyword, const char *value, const char *where)
{
	struct reading inner = { r->sshd, *match };
	struct cmd_words patterns = { 0 };
	size_t i;

	if (strcmp(keyword, "match") == 0)
		*match = new_match(r, value);
	else if (strcmp(keyword, "include") == 0) {
		cmd_words_quoted(&patterns, value, " \t");
		for (i = 0; i < patterns.count; i++)
			include(&inner, patterns.item[i], where);
		cmd_words_free(&patterns);
	} else if (cmd_include_line(&r->sshd->include))
		add(r, keyword, value, where, *match);
}

static void
read_text(void *arg, const char *name, const char *text)
{
	const struct reading *r = arg;
	const struct cmd_sshd_match *match = r->outer;
	char *copy = cmd_text("%s", text), *line, *rest = copy;
	char *keyword, *value, *where;
	unsigned int number = 0;

	while ((line = strsep(&rest, "\n")) != NULL) {
		number++;
		if (!split(line, &keyword, &value))
			continue;
		where = cmd_text("%s:%u", name, number);
		take(r, &match, keyword, value, where);
		free(where);
	}
	free(copy);
}

void
cmd_sshd_read(struct cmd_sshd *sshd, const struct cmd_tree *tree,
    const char *name, const char *text)
{
	struct reading r = { .sshd = sshd };

	*sshd = (struct cmd_sshd){ .include = { .tree = tree } };
	read_text(&r, name, text);
}

void
cmd_sshd_free(struct cmd_sshd *sshd)
{
	struct cmd_sshd_match *match;
	size_t i;

	for (i = 0; i < sshd->count; i++) {
		free(sshd->setting[i].keyword);
		free(sshd->setting[i].value);
		free(sshd->setting[i].where);
	}
	free(sshd->setting);
	while ((match = sshd->matches) != NULL) {
		sshd->matches = match->next;
		free(match->text);
		free(match);
	}
	cmd_include_free(&sshd->include);
}
