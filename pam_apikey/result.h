/*
 * The answers of the module: one place turns codes into PAM's.
 */
#ifndef PAMAK_RESULT_H
#define PAMAK_RESULT_H

/*
 * Every inner function returns one of apikey.h's codes, or this one for
 * what is none of our business: another module decides.
 */
#define PAMAK_NOT_OURS	(-1)

/* For the auth and account phases. */
int	 pamak_result(int error);

/* For sessions, which have a code of their own for every failure. */
int	 pamak_result_session(int error);

#endif
