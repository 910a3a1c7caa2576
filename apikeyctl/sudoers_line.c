/*
 * sudoers_line.c - what one line of sudoers says.
 */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "sudoers.h"

const char *
cmd_sudoers_find(const char *text, const char *characters)
{
	for (; *text != '\0' && strchr(characters, *text) == NULL; text++)
		text += *text == '\\' && text[1] != '\0';
	return text;
}

/* The text up to any of these; what is behind it is left in p. */
static char *
take(const char **p, const char *characters)
{
	const char *end = cmd_sudoers_find(*p, characters);
	char *text = cmd_text("%.*s", (int)(end - *p), *p);

	*p = end + (*end != '\0');
	return text;
}

static char *
copy(const char *text)
{
	return text == NULL ? NULL : cmd_text("%s", text);
}

static void
add(struct cmd_sudoers *s, const char *where, struct cmd_sudoers_entry e)
{
	if (!cmd_include_line(&s->include))
		return;
	e.where = copy(where);
	e.users = copy(e.users);
	e.name = copy(e.name);
	e.value = copy(e.value);
	e.hosts = copy(e.hosts);
	s->entry = cmd_one_more(s->entry, s->count, sizeof(s->entry[0]));
	s->entry[s->count++] = e;
}

/* The name is the first member. */
static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "A=deploy,%apikey:B=A"; the first of a name is the one that holds. */
static void
take_aliases(struct cmd_sudoers *s, const char *p)
{
	struct cmd_sudoers_alias *alias;

	while (*p != '\0' && cmd_include_line(&s->include)) {
		alias = cmd_memory(malloc(sizeof(*alias)));
		alias->name = take(&p, "=");
		alias->users = take(&p, ":");
		if (*(void **)cmd_memory(tsearch(alias, &s->aliases,
		    compare)) != alias)
			cmd_sudoers_alias_free(alias);
	}
}

const char *
cmd_sudoers_alias(const struct cmd_sudoers *s, const char *name)
{
	struct cmd_sudoers_alias **found = tfind(&name, &s->aliases, compare);

	return found == NULL ? NULL : (*found)->users;
}

void
cmd_sudoers_alias_free(void *p)
{
	struct cmd_sudoers_alias *alias = p;

	free(alias->name);
	free(alias->users);
	free(alias);
}

/* "timestamp_timeout=0", "!authenticate", "exempt_group +=admin" */
static void
take_parameter(struct cmd_sudoers *s, const char *where,
    struct cmd_sudoers_entry e, char *text)
{
	char *end;

	e.negated = *text == '!';
	e.name = text + e.negated;
	end = e.name + strcspn(e.name, " =+-");
	e.value = end + strcspn(end, "=");
	e.value += *e.value == '=';
	*end = '\0';
	add(s, where, e);
}

/* ":deploy,alice !authenticate,timestamp_timeout=0" */
static void
take_defaults(struct cmd_sudoers *s, const char *where, const char *p)
{
	struct cmd_sudoers_entry e = { .is_rule = false };
	char scope = *p, *list, *text;

	p += scope != '\0';
	p += strspn(p, " ");
	list = scope == ' ' ? cmd_text("ALL") : take(&p, " ");
	e.perhaps = scope != ':' && strcmp(list, "ALL") != 0;
	e.users = e.perhaps ? cmd_text("ALL") : cmd_text("%s", list);
	while (*p != '\0') {
		text = take(&p, ",");
		take_parameter(s, where, e, text);
		free(text);
	}
	free(e.users);
	free(list);
}

/* Past "(root)", "TIMEOUT=1m" and "NOPASSWD:", which hold for the commands
 * behind them, too. */
static const char *
take_tags(const char *p, struct cmd_sudoers_entry *e)
{
	static const char *const tags[] = { "PASSWD", "NOPASSWD", "EXEC",
	    "NOEXEC", "FOLLOW", "NOFOLLOW", "INTERCEPT", "NOINTERCEPT",
	    "LOG_INPUT", "NOLOG_INPUT", "LOG_OUTPUT", "NOLOG_OUTPUT", "MAIL",
	    "NOMAIL", "SETENV", "NOSETENV" };
	const size_t count = sizeof(tags) / sizeof(tags[0]);
	size_t i, len;

	if (*p == '(') {
		free(e->value);
		p++;
		e->value = take(&p, ")");
	}
	while ((len = strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_")) > 0) {
		for (i = 0; i < count; i++)
			if (strlen(tags[i]) == len &&
			    strncmp(tags[i], p, len) == 0)
				break;
		if (p[len] == '=') {
			p = cmd_sudoers_find(p, " ,:");
			p += *p == ' ';
		} else if (p[len] == ':' && i < count) {
			if (i < 2)
				e->nopasswd = i == 1;
			p += len + 1;
		} else
			break;
	}
	return p;
}

/* "ALL=(root)NOPASSWD:/bin/x,PASSWD:ALL", and what is behind it. */
static const char *
take_privilege(struct cmd_sudoers *s, const char *where, const char *users,
    const char *p)
{
	struct cmd_sudoers_entry e = { .is_rule = true };
	const char *start, *end;

	e.users = cmd_text("%s", users);
	e.hosts = take(&p, "=");
	e.value = cmd_text("root");
	do {
		p = take_tags(p, &e);
		for (e.negated = false; *p == '!'; p++)
			e.negated = !e.negated;
		start = p;
		/* "sha256:..." has a colon of its own. */
		if (strncmp(p, "sha", 3) == 0)
			p += strcspn(p, ":") + (strchr(p, ':') != NULL);
		end = cmd_sudoers_find(p, ",:");
		e.name = cmd_text("%.*s", (int)(end - start), start);
		add(s, where, e);
		free(e.name);
		p = end + (*end != '\0');
	} while (*end == ',');
	free(e.users);
	free(e.hosts);
	free(e.value);
	return p;
}

void
cmd_sudoers_line(struct cmd_sudoers *s, const char *where, const char *line)
{
	size_t len = strcspn(line, " :@>!=");
	char *users;

	if (strncmp(line, "Defaults", 8) == 0 && len == 8)
		take_defaults(s, where, line + len);
	else if (strncmp(line, "User_Alias ", 11) == 0)
		take_aliases(s, line + 11);
	else if (len < 6 || strncmp(line + len - 6, "_Alias", 6) != 0) {
		users = take(&line, " ");
		while (*line != '\0')
			line = take_privilege(s, where, users, line);
		free(users);
	}
}
