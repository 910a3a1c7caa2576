/*
 * L1: what a key is shown for.
 */
#ifndef AK_REQUEST_H
#define AK_REQUEST_H

#include "apikey.h"
#include "mem.h"

/* Absent text is NULL. */
struct apikey_request {
	char		*user;
	char		*service;
	char		*source;	/* NULL: a local request */
	char		*tty;
	char		*caller;
	struct ak_list	 scopes;
	bool		 is_question;	/* nothing is counted or limited */
};

#endif
