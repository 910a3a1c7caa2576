/*
 * Memory: wiping, copies of text and lists of them.
 */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "apikey.h"
#include "mem.h"

int
ak_mem_init(void)
{
	return sodium_init() < 0 ? APIKEY_ERR_UNAVAILABLE : APIKEY_OK;
}

void
ak_wipe(void *p, size_t len)
{
	sodium_memzero(p, len);
}

void
ak_random(void *p, size_t len)
{
	randombytes_buf(p, len);
}

int
ak_copy(char **slot, const char *text)
{
	char *copy = NULL;

	if (text != NULL && (copy = strdup(text)) == NULL)
		return APIKEY_ERR_NO_MEMORY;
	free(*slot);
	*slot = copy;
	return APIKEY_OK;
}

int
ak_list_add(struct ak_list *list, const char *text)
{
	char **item;

	if (list->count >= APIKEY_LIST_MAX)
		return APIKEY_ERR_INVALID;
	item = reallocarray(list->item, list->count + 1, sizeof(*item));
	if (item == NULL)
		return APIKEY_ERR_NO_MEMORY;
	list->item = item;
	if ((item[list->count] = strdup(text)) == NULL)
		return APIKEY_ERR_NO_MEMORY;
	list->count++;
	return APIKEY_OK;
}

bool
ak_list_has(const struct ak_list *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->item[i], text) == 0)
			return true;
	return false;
}

void
ak_list_clear(struct ak_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->item[i]);
	free(list->item);
	list->item = NULL;
	list->count = 0;
}

int
ak_list_copy(struct ak_list *list, const struct ak_list *from)
{
	struct ak_list copy = { NULL, 0 };
	int code;

	for (size_t i = 0; i < from->count; i++) {
		if ((code = ak_list_add(&copy, from->item[i])) != APIKEY_OK) {
			ak_list_clear(&copy);
			return code;
		}
	}
	ak_list_clear(list);
	*list = copy;
	return APIKEY_OK;
}

char *
ak_list_join(const struct ak_list *list)
{
	size_t size = 1;
	char *text, *end;

	for (size_t i = 0; i < list->count; i++)
		size += strlen(list->item[i]) + 1;
	if ((text = malloc(size)) == NULL)
		return NULL;
	end = text;
	*end = '\0';
	for (size_t i = 0; i < list->count; i++) {
		if (i > 0)
			*end++ = ',';
		end = stpcpy(end, list->item[i]);
	}
	return text;
}
