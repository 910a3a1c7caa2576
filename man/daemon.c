/*
 * A daemon that vouches for API keys, with a user, a configuration and a
 * keystore of its own; in a chroot, with many threads on one context.
 *
 *	daemon CONFIG USER CHROOT SOCKET
 *
 * A client sends one packet to the socket and gets one:
 *
 *	check KEY		ok ID USER
 *	rotate KEY		ok KEY: another one in its place
 *	issue KEY USER		ok KEY: for USER, if KEY has the scope issue
 *
 * or "no: " and a sentence.  SIGHUP reads the configuration again, SIGTERM
 * ends the daemon.
 */
#define _GNU_SOURCE
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>

#include <err.h>
#include <errno.h>
#include <grp.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include <apikey.h>

#define NAME		"keyd"	/* the service of its keys */
#define THREADS		8
#define PACKET_SIZE	512
#define PATIENCE_S	5	/* with a silent client */

struct server {
	apikey_ctx	*ctx;
	int		 listener;
};

/* One client's request, and what it is answered with. */
struct call {
	const struct server	*server;
	int			 client;
	apikey_admin		*admin;
	apikey_result		*result;	/* of the key that was shown */
	apikey_key		*new;		/* if one was made */
	char			 token[APIKEY_TOKEN_SIZE];
};

/* Is the key good here, and does it have the scope?  The caller, too, goes
 * on record: failures are counted by who fails. */
static int
verify(struct call *call, const char *token, const char *scope)
{
	apikey_request *request = apikey_request_new();
	struct ucred peer = { .uid = (uid_t)-1 };
	socklen_t len = sizeof(peer);
	char caller[24];
	int error;

	if (request == NULL)
		return APIKEY_ERR_NO_MEMORY;
	(void)getsockopt(call->client, SOL_SOCKET, SO_PEERCRED, &peer, &len);
	snprintf(caller, sizeof(caller), "%lu", (unsigned long)peer.uid);
	if ((error = apikey_request_set_service(request, NAME)) == APIKEY_OK &&
	    (error = apikey_request_set_caller(request, caller)) ==
	    APIKEY_OK && scope != NULL)
		error = apikey_request_add_scope(request, scope);
	if (error == APIKEY_OK)
		error = apikey_verify(call->server->ctx, token,
		    strlen(token), request, &call->result);
	apikey_request_free(request);
	return error;
}

/* The old key dies when the new one is first used, at the latest when the
 * configuration's issue.overlap is over. */
static int
rotate(struct call *call)
{
	apikey_key *old = NULL;
	int error;

	error = apikey_get(call->admin, apikey_result_id(call->result), &old);
	if (error == APIKEY_OK)
		error = apikey_rotate(call->admin, old, NULL, 1, NULL, NULL,
		    NULL, call->token, &call->new);
	apikey_key_free(old);
	return error;
}

static int
issue(struct call *call, const char *user)
{
	apikey_spec *spec = apikey_spec_new();
	int error;

	if (spec == NULL)
		return APIKEY_ERR_NO_MEMORY;
	if ((error = apikey_spec_set(spec, APIKEY_USER, user)) == APIKEY_OK &&
	    (error = apikey_spec_set(spec, APIKEY_SERVICES, NAME)) ==
	    APIKEY_OK &&
	    (error = apikey_spec_set(spec, APIKEY_EXPIRES, "30d")) ==
	    APIKEY_OK)
		error = apikey_create(call->admin, spec, NULL, NULL,
		    call->token, &call->new);
	apikey_spec_free(spec);
	return error;
}

static int
perform(struct call *call, char *packet)
{
	char *rest = NULL, *what = strtok_r(packet, " ", &rest);
	char *token = strtok_r(NULL, " ", &rest);
	char *user = strtok_r(NULL, " ", &rest);
	int error;

	if (token == NULL)
		return APIKEY_ERR_INVALID;
	error = verify(call, token,
	    strcmp(what, "issue") == 0 ? "issue" : NULL);
	if (error != APIKEY_OK || strcmp(what, "check") == 0)
		return error;
	/* Whose key was shown goes on record with the change. */
	call->admin = apikey_admin_new(call->server->ctx,
	    apikey_result_user(call->result));
	if (call->admin == NULL)
		return APIKEY_ERR_NO_MEMORY;
	if (strcmp(what, "rotate") == 0)
		return rotate(call);
	if (strcmp(what, "issue") == 0 && user != NULL)
		return issue(call, user);
	return APIKEY_ERR_INVALID;
}

static void
answer(struct call *call, int error)
{
	char packet[PACKET_SIZE];

	if (error != APIKEY_OK)
		snprintf(packet, sizeof(packet), "no: %s",
		    apikey_error_text(error));
	else if (call->new != NULL)
		snprintf(packet, sizeof(packet), "ok %s", call->token);
	else
		snprintf(packet, sizeof(packet), "ok %s %s",
		    apikey_result_id(call->result),
		    apikey_result_user(call->result));
	/* A key that nobody got must not stay in the other one's way. */
	if (send(call->client, packet, strlen(packet), MSG_NOSIGNAL) == -1 &&
	    call->new != NULL)
		(void)apikey_revoke(call->admin, call->new, "other",
		    "it was not delivered");
	explicit_bzero(packet, sizeof(packet));
}

static void
serve(const struct server *server, int client)
{
	struct call call = { .server = server, .client = client };
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	char packet[PACKET_SIZE] = "";

	(void)setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience,
	    sizeof(patience));
	if (recv(client, packet, sizeof(packet) - 1, 0) > 0)
		answer(&call, perform(&call, packet));
	explicit_bzero(packet, sizeof(packet));
	explicit_bzero(call.token, sizeof(call.token));
	apikey_key_free(call.new);
	apikey_result_free(call.result);
	apikey_admin_free(call.admin);
}

/* All threads share the context; everything else is a thread's own. */
static void *
work(void *arg)
{
	const struct server *server = arg;
	int client;

	for (;;) {
		client = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
		if (client != -1) {
			serve(server, client);
			(void)close(client);
		} else if (errno == EINVAL)	/* it was shut down */
			return NULL;
		else
			(void)usleep(10000);
	}
}

static int
listen_at(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(addr.sun_path))
		errx(1, "%s: is too long", path);
	memcpy(addr.sun_path, path, strlen(path));
	(void)unlink(path);
	if (fd == -1 || bind(fd, (struct sockaddr *)&addr,
	    sizeof(addr)) == -1 || chmod(path, 0666) == -1 ||
	    listen(fd, SOMAXCONN) == -1)
		err(1, "%s", path);
	return fd;
}

/*
 * The keystore belongs to the daemon's user: it is opened as that user.
 * From then on its path is not needed, and neither are privileges.
 */
static void
settle(apikey_ctx *ctx, const char *config, const struct passwd *pw,
    const char *root)
{
	if (initgroups(pw->pw_name, pw->pw_gid) == -1 ||
	    setgid(pw->pw_gid) == -1 || seteuid(pw->pw_uid) == -1)
		err(1, "%s", pw->pw_name);
	if (apikey_open(ctx, config) != APIKEY_OK)
		errx(1, "%s", apikey_message(ctx));
	if (seteuid(0) == -1 || chroot(root) == -1 || chdir("/") == -1)
		err(1, "%s", root);
	if (setuid(pw->pw_uid) == -1)
		err(1, "%s", pw->pw_name);
}

/* Until SIGTERM.  A reload that fails leaves everything as it was. */
static void
wait_for_signals(apikey_ctx *ctx, const sigset_t *signals)
{
	int signo;

	while (sigwait(signals, &signo) == 0 && signo == SIGHUP)
		if (apikey_reload(ctx) == APIKEY_OK)
			syslog(LOG_NOTICE, "reloaded");
		else
			syslog(LOG_ERR, "not reloaded: %s",
			    apikey_message(ctx));
}

int
main(int argc, char **argv)
{
	struct server server = { .ctx = apikey_new() };
	pthread_t thread[THREADS];
	const struct passwd *pw;
	sigset_t signals;

	if (argc != 5)
		errx(2, "usage: daemon CONFIG USER CHROOT SOCKET");
	if (server.ctx == NULL)
		errx(1, "out of memory");
	if ((pw = getpwnam(argv[2])) == NULL)
		errx(1, "%s: there is no such user", argv[2]);
	/* In the chroot there may be no /dev/log any more. */
	openlog(NAME, LOG_NDELAY | LOG_PID, LOG_DAEMON);
	server.listener = listen_at(argv[4]);
	settle(server.ctx, argv[1], pw, argv[3]);

	/* They come to wait_for_signals, whatever thread runs. */
	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGHUP);
	(void)sigaddset(&signals, SIGTERM);
	(void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&thread[i], NULL, work, &server) != 0)
			errx(1, "there are no threads");
	wait_for_signals(server.ctx, &signals);
	(void)shutdown(server.listener, SHUT_RD);
	for (int i = 0; i < THREADS; i++)
		(void)pthread_join(thread[i], NULL);
	apikey_free(server.ctx);
	return 0;
}
