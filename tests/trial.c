/*
 * Loads a PAM module as libpam does and looks for its entry points, so
 * that a module which does not load is found before a login finds it.
 */
#include <dlfcn.h>
#include <stdio.h>

int
main(int argc, char **argv)
{
	static const char *const names[] = { "pam_sm_authenticate",
	    "pam_sm_setcred", "pam_sm_acct_mgmt", "pam_sm_open_session",
	    "pam_sm_close_session", "pam_sm_chauthtok" };
	void *module;

	if (argc != 2)
		return 2;
	if ((module = dlopen(argv[1], RTLD_NOW)) == NULL) {
		fprintf(stderr, "the module does not load: %s\n", dlerror());
		return 1;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (dlsym(module, names[i]) == NULL) {
			fprintf(stderr, "%s: has no %s\n", argv[1], names[i]);
			return 1;
		}
	}
	return 0;
}
