/*
 * L0: memory: wiping, copies of text and lists of them.
 */
#ifndef AK_MEM_H
#define AK_MEM_H

#include <stdbool.h>
#include <stddef.h>

/* Make libsodium ready; any thread may call it at any time. */
int	 ak_mem_init(void);

void	 ak_wipe(void *, size_t);

/* Fill with what nobody can guess. */
void	 ak_random(void *, size_t);

/* Replace *slot by a copy of text (NULL: by NULL).  NO_MEMORY. */
int	 ak_copy(char **slot, const char *text);

struct ak_list {
	char	**item;
	size_t	  count;
};

/* NO_MEMORY, or INVALID when the list has APIKEY_LIST_MAX elements. */
int	 ak_list_add(struct ak_list *, const char *text);
bool	 ak_list_has(const struct ak_list *, const char *text);
void	 ak_list_clear(struct ak_list *);
int	 ak_list_copy(struct ak_list *, const struct ak_list *from);

/* The elements with commas between; the caller frees. NULL: no memory. */
char	*ak_list_join(const struct ak_list *);

#endif
