/*
 * The application's side of the conversation: it gives the replies of the
 * script in their order, or fails as the script says, and keeps what it
 * is to show.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"

void
reply_add(struct scene *scene, char *text, int code, bool silent)
{
	if (scene->reply_count == SCENE_MAX)
		scene_give_up("too many replies");
	scene->replies[scene->reply_count++] =
	    (struct reply){ text, code, silent };
}

/* "LENGTH TEXT": TEXT over and over, cut to LENGTH. */
char *
repeated(char *arg)
{
	char *end, *text, *result;
	size_t length = strtoul(arg, &end, 10), period;

	text = unescaped(end + (*end == ' '));
	period = strlen(text);
	if ((result = malloc(length + 1)) == NULL || period == 0)
		scene_give_up("bad length or text: %s", arg);
	for (size_t i = 0; i < length; i++)
		result[i] = text[i % period];
	result[length] = '\0';
	return result;
}

/* \n \r \b and \xHH, in place. */
char *
unescaped(char *text)
{
	char *to = text;

	for (const char *from = text; *from != '\0'; to++) {
		unsigned byte;
		int used = 2;

		if (sscanf(from, "\\x%2x", &byte) == 1)
			used = 4;
		else if (strncmp(from, "\\n", 2) == 0)
			byte = '\n';
		else if (strncmp(from, "\\r", 2) == 0)
			byte = '\r';
		else if (strncmp(from, "\\b", 2) == 0)
			byte = '\b';
		else {
			byte = (unsigned char)*from;
			used = 1;
		}
		*to = (char)byte;
		from += used;
	}
	*to = '\0';
	return text;
}

static void
show(struct scene *scene, const char *info)
{
	if (scene->info_count == SCENE_MAX)
		scene_give_up("too many messages");
	scene->infos[scene->info_count++] = strdup(info);
}

int
converse(int count, const struct pam_message **messages,
    struct pam_response **ret_responses, void *arg)
{
	struct scene *scene = arg;
	const struct reply *reply;

	if (count == 1 && messages[0]->msg_style == PAM_TEXT_INFO) {
		show(scene, messages[0]->msg);
		*ret_responses = calloc(1, sizeof(**ret_responses));
		return PAM_SUCCESS;
	}
	if (count != 1 || (messages[0]->msg_style != PAM_PROMPT_ECHO_OFF &&
	    messages[0]->msg_style != PAM_PROMPT_ECHO_ON)) {
		scene_fail(scene, "unexpected message: %s",
		    messages[0]->msg);
		return PAM_CONV_ERR;
	}
	free(scene->last_prompt);
	scene->last_prompt = strdup(messages[0]->msg);
	if (scene->reply_next == scene->reply_count) {
		scene_fail(scene, "unexpected prompt: %s",
		    messages[0]->msg);
		return PAM_CONV_ERR;
	}
	reply = &scene->replies[scene->reply_next++];
	if (reply->code != PAM_SUCCESS || reply->silent)
		return reply->code;
	*ret_responses = calloc(1, sizeof(**ret_responses));
	if (reply->text != NULL)
		(*ret_responses)->resp = strdup(reply->text);
	return PAM_SUCCESS;
}
