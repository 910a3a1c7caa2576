/*
 * Codes, their names and their sentences.
 */
#include <stdarg.h>
#include <stdio.h>

#include "error.h"

static const struct {
	int		 code;
	const char	*name;
	const char	*text;
} errors[] = {
	{ APIKEY_OK, "ok", "done" },
#define ROW(num, code, name, text)	{ APIKEY_ERR_##code, name, text },
	APIKEY_ERROR_MAP(ROW)
#undef ROW
};

#define ERRORS	(sizeof(errors) / sizeof(errors[0]))

AK_EXPORT const char *
apikey_error_name(int code)
{
	for (size_t i = 0; i < ERRORS; i++)
		if (errors[i].code == code)
			return errors[i].name;
	return "unknown";
}

AK_EXPORT const char *
apikey_error_text(int code)
{
	for (size_t i = 0; i < ERRORS; i++)
		if (errors[i].code == code)
			return errors[i].text;
	return "unknown error";
}

int
ak_fail(struct ak_fault *fault, int code, const char *fmt, ...)
{
	va_list ap;

	if (fault == NULL)
		return code;
	fault->code = code;
	va_start(ap, fmt);
	if (vsnprintf(fault->text, sizeof(fault->text), fmt, ap) < 0)
		fault->text[0] = '\0';
	va_end(ap);
	return code;
}
