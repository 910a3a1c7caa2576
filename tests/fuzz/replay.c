/*
 * replay FILE...: the harness once with each file, where there is no
 * libFuzzer.  A file that cannot be read is an error; so is none at all.
 */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

#define INPUT_MAX	(1 << 20)

static void
run(const char *path)
{
	static unsigned char bytes[INPUT_MAX];
	FILE *file = fopen(path, "re");
	size_t len;

	if (file == NULL) {
		fprintf(stderr, "%s: cannot be opened\n", path);
		exit(1);
	}
	len = fread(bytes, 1, sizeof(bytes), file);
	if (ferror(file) != 0 || feof(file) == 0) {
		fprintf(stderr, "%s: cannot be read\n", path);
		exit(1);
	}
	fclose(file);
	/* As libFuzzer says it, before anything can happen. */
	fprintf(stderr, "Running: %s\n", path);
	(void)LLVMFuzzerTestOneInput(bytes, len);
}

int
main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: %s FILE...\n", argv[0]);
		return 2;
	}
	for (int i = 1; i < argc; i++)
		run(argv[i]);
	return 0;
}
