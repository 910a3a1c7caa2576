/*
 * sshd_match.c - what sshd_config says for one user.
 */
#include <fnmatch.h>
#include <string.h>

#include "sshd.h"

enum answer { NEVER, NO, PERHAPS, YES };

/* A list of patterns against a text: one that is negated and fits is a no,
 * whatever else fits, also of the other groups that a user is in. */
static enum answer
fits(const char *list, const char *text)
{
	struct cmd_words patterns = { 0 };
	enum answer answer = NO;
	const char *pattern;
	bool negated;
	size_t i;

	cmd_words_split(&patterns, list, ",");
	for (i = 0; i < patterns.count; i++) {
		pattern = patterns.item[i];
		negated = *pattern == '!';
		if (fnmatch(pattern + negated, text, FNM_NOESCAPE) != 0)
			continue;
		answer = negated ? NEVER : YES;
		if (negated)
			break;
	}
	cmd_words_free(&patterns);
	return answer;
}

static enum answer
fits_any(const char *list, const struct cmd_words *texts)
{
	enum answer answer = NO, one;
	size_t i;

	for (i = 0; i < texts->count && answer != NEVER; i++) {
		one = fits(list, texts->item[i]);
		answer = one != NO ? one : answer;
	}
	return answer;
}

static enum answer
criterion(const char *name, const char *value,
    const struct cmd_sshd_user *user)
{
	if (strcasecmp(name, "user") == 0)
		return user->name != NULL ? fits(value, user->name) :
		    strcmp(value, "*") == 0 ? YES : NO;
	if (strcasecmp(name, "group") == 0)
		return fits_any(value, user->groups);
	return PERHAPS;
}

static enum answer
matches(const struct cmd_sshd_match *match, const struct cmd_sshd_user *user)
{
	struct cmd_words words = { 0 };
	enum answer answer = YES, one;
	size_t i;

	if (match == NULL)
		return YES;
	cmd_words_quoted(&words, match->text, " \t=");
	for (i = 0; i < words.count; i += 2) {
		if (strcasecmp(words.item[i], "all") == 0)
			break;
		if (strcasecmp(words.item[i], "invalid-user") == 0) {
			answer = NO;
			break;
		}
		one = i + 1 < words.count ? criterion(words.item[i],
		    words.item[i + 1], user) : PERHAPS;
		answer = one < answer ? one : answer;
	}
	cmd_words_free(&words);
	one = matches(match->outer, user);
	return one < answer ? one : answer;
}

/* What blocks say goes before what stands outside of them, wherever that
 * is.  UsePAM is nothing that a block may change, "Match all" aside, which
 * sshd takes for the end of the blocks. */
void
cmd_sshd_values(const struct cmd_sshd *sshd, const char *keyword,
    const struct cmd_sshd_user *user, cmd_sshd_value *each, void *arg)
{
	bool in_order = strcmp(keyword, "usepam") == 0;
	const struct cmd_sshd_setting *s;
	enum answer answer;
	size_t i;

	for (i = 0; i < 2 * sshd->count; i++) {
		s = &sshd->setting[i % sshd->count];
		if (strcmp(s->keyword, keyword) != 0 || (!in_order &&
		    (s->match != NULL) != (i < sshd->count)))
			continue;
		answer = matches(s->match, user);
		if (answer >= PERHAPS)
			each(arg, s, answer == PERHAPS);
		if (answer == YES)
			return;
	}
	each(arg, NULL, false);
}

void
cmd_sshd_lines(const struct cmd_sshd *sshd, const char *keyword,
    const struct cmd_sshd_user *user, cmd_sshd_value *each, void *arg)
{
	const struct cmd_sshd_setting *s;
	enum answer answer;
	bool in_block = false;
	size_t i;

	for (i = 0; i < 2 * sshd->count; i++) {
		s = &sshd->setting[i % sshd->count];
		if (strcmp(s->keyword, keyword) != 0 ||
		    (s->match != NULL) != (i < sshd->count))
			continue;
		answer = s->match == NULL && in_block ? NO :
		    matches(s->match, user);
		in_block |= s->match != NULL && answer == YES;
		if (answer >= PERHAPS)
			each(arg, s, answer == PERHAPS);
	}
}
