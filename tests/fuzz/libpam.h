/*
 * libpam.h - as much of libpam as the module calls, in this process and
 * without files.  What libpam itself makes of the module is tested in
 * tests/module.
 */
#ifndef LIBPAM_H
#define LIBPAM_H

#include <security/pam_modules.h>

/* The conversation is the caller's, and is pam_conv(3)'s. */
pam_handle_t	*libpam_start(const struct pam_conv *);
void		 libpam_end(pam_handle_t *);

/* As in a process that has inherited nothing but the environment. */
void		 libpam_forget(pam_handle_t *);

/* Without what may fail. */
const char	*libpam_item(pam_handle_t *, int type);
void		 libpam_set(pam_handle_t *, int type, const char *);
const char	*libpam_env(pam_handle_t *, const char *name);
void		 libpam_put(pam_handle_t *, const char *name_and_value);

#endif
