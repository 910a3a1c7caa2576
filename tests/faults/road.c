/*
 * One login, and what it left behind.
 */
#include <sys/mman.h>

#include <security/pam_appl.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../module/vectors.h"
#include "census.h"
#include "inject.h"
#include "road.h"

static struct road own;
struct road *road = &own;
bool road_with_sessions = true;
void (*road_at_module)(void);
const char *road_stacked;

void
road_share(void)
{
	road = mmap(NULL, sizeof(*road), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (road == MAP_FAILED)
		give_up("no shared memory");
}

/* The first one is kept. */
void
road_problem(const char *format, ...)
{
	va_list ap;

	if (road->problem[0] != '\0')
		return;
	va_start(ap, format);
	vsnprintf(road->problem, sizeof(road->problem), format, ap);
	va_end(ap);
}

const char *
road_end_name(enum road_end end)
{
	static const char *const names[] = { "broken", "granted", "refused",
	    "unavailable", "passed over" };

	return names[end];
}

/* ---- The application's side ------------------------------------------- */

/* One answer; the response is the module's, but for an error. */
static int
converse(int count, const struct pam_message **messages,
    struct pam_response **ret, void *arg)
{
	const struct scene *scene = arg;
	const bool named = count == 1 &&
	    messages[0]->msg_style == PAM_PROMPT_ECHO_ON;
	const bool asked = named || (count == 1 &&
	    messages[0]->msg_style == PAM_PROMPT_ECHO_OFF);
	const int error = asked ? fault_due(FAULT_TALK, "conversation", -1,
	    NULL) : 0;
	const bool armed = fault_page->armed;

	*ret = NULL;
	if (error == FAULT_CONV_NONE)
		return PAM_SUCCESS;
	if (error != 0 && error != FAULT_CONV_NULL)
		return error == FAULT_CONV_BUF ? PAM_BUF_ERR :
		    error == FAULT_CONV_AGAIN ? PAM_CONV_AGAIN : PAM_CONV_ERR;
	/* The application's memory is none of ours. */
	fault_disarm();
	*ret = calloc(1, sizeof(**ret));
	if (*ret != NULL && asked && error == 0)
		(*ret)->resp = strdup(named ? scene_user(scene) :
		    scene->reply);
	if (armed)
		fault_arm();
	return *ret == NULL ? PAM_BUF_ERR : PAM_SUCCESS;
}

static void
no_delay(int status, unsigned usec, void *arg)
{
	(void)status;
	(void)usec;
	(void)arg;
}

static unsigned descriptors;

/* Where the system has no random bytes for it, libsodium opens a device,
 * and keeps it. */
static bool
is_sodium_open(void)
{
	return fault_page->kind == FAULT_RANDOM && fault_page->injected > 0;
}

void
road_enter(enum road_phase phase)
{
	void (*call)(void) = road_at_module;

	(void)phase;
	road_at_module = NULL;
	if (call != NULL)
		call();
	descriptors = census_descriptors();
}

void
road_leave(enum road_phase phase, int code)
{
	road->code[phase] = code;
	if (census_descriptors() != descriptors && !is_sodium_open())
		road_problem("phase %d leaves descriptors open", (int)phase);
}

/* What sshd or sudo have to say. */
static bool
tell_items(const struct scene *scene, pam_handle_t *pamh)
{
	const char *rhost = scene->rhost == NULL ? "192.0.2.1" :
	    scene->rhost;
	char variable[128];

	snprintf(variable, sizeof(variable), "SSH_CONNECTION=%s",
	    scene->connection == NULL ? "" : scene->connection);
	return (*rhost == '\0' ||
	    pam_set_item(pamh, PAM_RHOST, rhost) == PAM_SUCCESS) &&
	    pam_set_item(pamh, PAM_TTY, "ssh") == PAM_SUCCESS &&
	    (scene->connection == NULL ||
	    pam_putenv(pamh, variable) == PAM_SUCCESS) &&
	    ((scene->flags & SCENE_CLAIM) == 0 ||
	    pam_putenv(pamh, "APIKEY_ID=" VECTOR_ID) == PAM_SUCCESS);
}

static pam_handle_t *
start(const struct scene *scene, const struct pam_conv *conv)
{
	union {
		void	(*call)(int, unsigned, void *);
		void	 *item;
	} delay = { no_delay };
	pam_handle_t *pamh = NULL;
	char folder[300];

	snprintf(folder, sizeof(folder), "%s/pam.d", scene_folder);
	if (pam_start_confdir(scene->service == NULL ? "sshd" :
	    scene->service, scene->flags & SCENE_ASK_USER ? NULL :
	    scene_user(scene), conv, folder, &pamh) != PAM_SUCCESS ||
	    pam_set_item(pamh, PAM_FAIL_DELAY, delay.item) != PAM_SUCCESS ||
	    !tell_items(scene, pamh))
		_exit(ROAD_NO_LIBPAM);
	return pamh;
}

/* True: on to the next phase. */
static bool
step(enum road_phase phase, int seen)
{
	road->seen[phase] = seen;
	if (road->code[phase] == ROAD_NOT_CALLED)
		road_problem("phase %d never came to the module: %d",
		    (int)phase, seen);
	return seen == PAM_SUCCESS;
}

static void
walk(const struct scene *scene, pam_handle_t *pamh)
{
	const bool claim = (scene->flags & SCENE_CLAIM) != 0;

	if (!claim && (!step(ROAD_AUTH, pam_authenticate(pamh, 0)) ||
	    !step(ROAD_ACCOUNT, pam_acct_mgmt(pamh, 0))))
		return;
	/* libpam takes it that auth came before. */
	if (!step(ROAD_SETCRED, pam_setcred(pamh, PAM_ESTABLISH_CRED)))
		return;
	if (road_with_sessions && step(ROAD_OPEN, pam_open_session(pamh, 0)))
		(void)step(ROAD_CLOSE, pam_close_session(pamh, 0));
}

/* What became of it: the first phase that did not succeed tells. */
static enum road_end
end_of(const struct scene *scene)
{
	const int first = scene->flags & SCENE_CLAIM ? ROAD_SETCRED :
	    ROAD_AUTH;

	for (int i = first; i <= ROAD_SETCRED; i++) {
		if (road->code[i] == PAM_IGNORE)
			return ROAD_PASSED;
		if (road->code[i] == PAM_AUTH_ERR)
			return ROAD_REFUSED;
		if (road->code[i] == PAM_AUTHINFO_UNAVAIL)
			return ROAD_UNAVAILABLE;
		if (road->code[i] != PAM_SUCCESS) {
			road_problem("phase %d gives %d", i, road->code[i]);
			return ROAD_BROKEN;
		}
	}
	for (int i = ROAD_OPEN; i <= ROAD_CLOSE; i++)
		if (road->code[i] != PAM_SUCCESS &&
		    road->code[i] != PAM_SESSION_ERR &&
		    road->code[i] != ROAD_NOT_CALLED)
			road_problem("phase %d gives %d", i, road->code[i]);
	return ROAD_GRANTED;
}

static void
look_for_variables(pam_handle_t *pamh, enum road_end end)
{
	const bool there = pam_getenv(pamh, "APIKEY_ID") != NULL ||
	    pam_getenv(pamh, "APIKEY_SCOPES") != NULL;

	/* What cannot be looked up cannot be taken away. */
	if (end != ROAD_GRANTED && there && fault_page->kind != FAULT_PAM)
		road_problem("the environment of a login that was not "
		    "granted names a key");
}

static void
look_for_secrets(void)
{
	static const char *const secrets[] = {
		VECTOR_SECRET, VECTOR_WRONG_SECRET, VECTOR_HASH_END,
		VECTOR_OTHER_END, VECTOR_PEPPER, VECTOR_PEPPERED_END,
		VECTOR_ARGON2ID_END, "hunter2",
	};

	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		if (strstr(fault_page->log, secrets[i]) != NULL)
			road_problem("a secret in the log");
}

static void
look_for_leaks(void)
{
	static const char *const ours[] = { "pam_apikey.so",
	    "libapikey.so", NULL };
	char place[128] = "";
	const unsigned left = fault_left(ours, place, sizeof(place));

	if (left > 0)
		road_problem("%u allocations are left, one of %s", left,
		    place);
}

enum road_end
road_go(const struct scene *scene)
{
	const union {
		const struct scene	*scene;
		void			*arg;
	} shown = { scene };
	const struct pam_conv conv = { converse, shown.arg };
	enum road_end end;
	pam_handle_t *pamh;

	for (int i = 0; i < ROAD_PHASES; i++)
		road->code[i] = road->seen[i] = ROAD_NOT_CALLED;
	road_stacked = scene->stacked;
	pamh = start(scene, &conv);
	walk(scene, pamh);
	end = end_of(scene);
	look_for_variables(pamh, end);
	(void)pam_end(pamh, PAM_SUCCESS);
	return end;
}

enum road_end
road_check(const struct scene *scene)
{
	struct census before, after;
	const char *differs;
	enum road_end end;

	memset(fault_page->live, 0, sizeof(fault_page->live));
	census_take(&before);
	end = road_go(scene);
	census_take(&after);
	differs = census_differs(&before, &after);
	if (differs != NULL && !is_sodium_open() &&
	    fault_page->kind != FAULT_LOCALE)
		road_problem("not as before: %s", differs);
	look_for_leaks();
	look_for_secrets();
	return end;
}
