/*
 * check_file.c - one file before it is deployed.  Its kind is told by where
 * it would be deployed, or by its name; a temporary one by what is in it.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "check.h"
#include "exit.h"
#include "output.h"
#include "pamlines.h"

enum kind { UNKNOWN, CONFIG, RECORD, PAM, SSHD, SUDOERS };

static const char *
base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

/* Is the file in a folder of this name? */
static bool
is_in(const char *path, const char *folder)
{
	const char *end = strrchr(path, '/');
	size_t len = strlen(folder);

	return end != NULL && (size_t)(end - path) >= len &&
	    strncmp(end - len, folder, len) == 0 &&
	    (end - len == path || end[-(ptrdiff_t)len - 1] == '/');
}

static bool
is_record_name(const char *base)
{
	return strspn(base, "0123456789abcdefghjkmnpqrstvwxyz") ==
	    APIKEY_ID_LEN && strcmp(base + APIKEY_ID_LEN, ".conf") == 0;
}

static enum kind
by_name(const char *path)
{
	const char *base = base_of(path);

	if (strcmp(base, "apikey.conf") == 0 &&
	    !is_in(path, "sshd_config.d"))
		return CONFIG;
	if (is_in(path, "keys.d") || is_record_name(base))
		return RECORD;
	if (is_in(path, "pam.d"))
		return PAM;
	if (strcmp(base, "sshd_config") == 0 || is_in(path, "sshd_config.d"))
		return SSHD;
	if (strcmp(base, "sudoers") == 0 || is_in(path, "sudoers.d"))
		return SUDOERS;
	return UNKNOWN;
}

/* The first word of a line, behind what may stand before it. */
static bool
begins(const char *line, const char *word)
{
	size_t len = strlen(word);

	return strncasecmp(line, word, len) == 0 &&
	    !isalnum((unsigned char)line[len]) && line[len] != '_';
}

static bool
begins_any(const char *line, const char *const *words)
{
	for (; *words != NULL; words++)
		if (begins(line, *words))
			return true;
	return false;
}

/* What one line tells of the file that it is in. */
static enum kind
by_line(const char *line)
{
	static const char *const record[] = { "version", "id", "user",
	    "label", "created", "created_by", "expires", NULL };
	static const char *const config[] = { "keystore", "state", "pepper",
	    "argon2id", "issue", "limits", "local_services",
	    "cleartext_services", "expiry_warning", "audit", NULL };
	static const char *const pam[] = { "auth", "-auth", "account",
	    "-account", "session", "-session", "password", "-password",
	    NULL };
	static const char *const sshd[] = { "Match", "UsePAM",
	    "PasswordAuthentication", "KbdInteractiveAuthentication",
	    "ChallengeResponseAuthentication", "PermitRootLogin", "Include",
	    "AuthenticationMethods", "Port", "ListenAddress", "HostKey",
	    "Subsystem", "AcceptEnv", "PubkeyAuthentication", "AllowGroups",
	    "AllowUsers", "X11Forwarding", "PrintMotd", NULL };
	static const char *const sudoers[] = { "Defaults", "User_Alias",
	    "Cmnd_Alias", "Host_Alias", "Runas_Alias", "@includedir",
	    "#includedir", NULL };
	size_t word = strcspn(line, " \t=:");
	const char *behind = line + word + strspn(line + word, " \t");

	if (begins_any(line, sudoers))
		return SUDOERS;
	if (*behind == '=' || *behind == ':') {
		if (begins_any(line, config) ||
		    (begins(line, "hash") && strchr(line, '$') == NULL))
			return CONFIG;
		if (begins_any(line, record))
			return RECORD;
	}
	if (begins_any(line, pam) || begins(line, "@include"))
		return PAM;
	if (begins_any(line, sshd))
		return SSHD;
	/* "deploy ALL=(root) ..." */
	return *behind != '\0' && strchr(behind, '=') != NULL &&
	    strchr(line, ';') == NULL ? SUDOERS : UNKNOWN;
}

static enum kind
by_content(const char *text)
{
	char *copy = cmd_text("%s", text), *rest = copy, *line;
	enum kind kind = UNKNOWN;

	while (kind == UNKNOWN && (line = strsep(&rest, "\n")) != NULL) {
		line += strspn(line, " \t\r");
		if (*line != '\0' && (*line != '#' ||
		    strncmp(line, "#include", 8) == 0) &&
		    strncmp(line, "//", 2) != 0)
			kind = by_line(line);
	}
	free(copy);
	return kind;
}

/* Whom sshd and sudo ask is told by the PAM files that are there. */
static void
learn_services(struct cmd_check *c)
{
	struct cmd_findings kept = c->findings, none = { 0 };

	c->findings = none;
	cmd_check_pam(c);
	kept.status = cmd_exit_worst(kept.status, c->findings.status);
	cmd_findings_drop(&c->findings);
	c->findings = kept;
	if (c->sshd.groups.count == 0)
		cmd_words_add(&c->sshd.groups, "apikey");
	if (c->sudo.groups.count == 0)
		cmd_words_add(&c->sudo.groups, "apikey");
}

void
cmd_check_nul(struct cmd_check *c, const char *name, const char *text,
    size_t len)
{
	if (strlen(text) < len)
		cmd_find(&c->findings, CMD_ERROR, name, "take it out", "the "
		    "file holds a NUL byte");
}

/* Only people are told, whom it does not keep from anything. */
static void
refer(const struct cmd_env *env, const char *command)
{
	if (env->tty && !env->json)
		fprintf(stderr, "It does not replace %s; run that, too.\n",
		    command);
}

static void
check_kind(struct cmd_check *c, const struct cmd_env *env, enum kind kind,
    const char *file, const char *base, const char *text, size_t len)
{
	char id[APIKEY_ID_SIZE];

	switch (kind) {
	case CONFIG:
		cmd_check_config_text(c, file, text, len);
		break;
	case RECORD:
		snprintf(id, sizeof(id), "%.*s", APIKEY_ID_LEN, base);
		cmd_check_record_text(c, file, text, len,
		    is_record_name(base) ? id : NULL);
		break;
	case PAM:
		cmd_check_pam_text(c, file, text, len, base, false);
		break;
	case SSHD:
		learn_services(c);
		cmd_check_nul(c, file, text, len);
		cmd_check_sshd_text(c, file, text,
		    strcmp(base, "sshd_config") == 0);
		refer(env, "sshd -t");
		break;
	case SUDOERS:
		learn_services(c);
		cmd_check_nul(c, file, text, len);
		cmd_check_sudoers_text(c, file, text, false);
		refer(env, "visudo -c");
		break;
	case UNKNOWN:
		break;
	}
}

int
cmd_check_file(struct cmd_check *c, const struct cmd_env *env,
    const char *file, const char *as)
{
	enum kind kind = by_name(as != NULL ? as : file);
	char *text = NULL;
	size_t len;
	int error;

	if (as != NULL && kind == UNKNOWN)
		return cmd_usage(env, "it cannot be told what a '%s' is", as);
	error = cmd_file_read(file, &text, &len);
	if (error != 0) {
		cmd_error("%s: %s", file, strerror(error));
		return CMD_EXIT_IO;
	}
	if (kind == UNKNOWN)
		kind = by_content(text);
	if (kind == UNKNOWN) {
		free(text);
		return cmd_usage(env, "it cannot be told what '%s' is: "
		    "apikey.conf, a record, a file of PAM, sshd or sudo? "
		    "Say it with --as", file);
	}
	check_kind(c, env, kind, file, base_of(as != NULL ? as : file), text,
	    len);
	free(text);
	return CMD_EXIT_DONE;
}
