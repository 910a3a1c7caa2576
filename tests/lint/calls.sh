#!/bin/bash
# calls.sh - what the library and the module never do to their host:
# print, exit, fork, change or trust the process, keep state of their own.
# usage: calls.sh BUILD
. "$(dirname "$0")/lib.sh"

B=${1:-build}
never='printf|vprintf|puts|putchar|perror|exit|_exit|quick_exit|abort|fork
vfork|system|popen|posix_spawn|execv|execve|execvp|getenv|secure_getenv
setenv|putenv|unsetenv|clearenv|setlocale|chdir|fchdir|umask|signal
sigaction|alarm|openlog|closelog|getaddrinfo|gethostbyname|getnameinfo
mktemp|tmpnam|sprintf|gets|sscanf|atoi|rand|random|strtok
localtime|gmtime|getpwnam|getpwuid|getgrnam|__printf_chk|__vprintf_chk'

forbidden() {
	nm -D -u "$1" | awk '{ sub(/@.*/, "", $2); print $2 }' |
	    grep -xE "$(tr '\n' '|' <<<"$never" | sed 's/|$//')" |
	    sed 's/$/: is called/'
}

# Tables of constant pointers are in .data.rel.ro, which is read-only.
mutable() {
	find "$B/obj/libapikey" "$B/obj/pam_apikey" -name '*.o' -print0 |
	    xargs -0 objdump -t | awk '/file format/ { file = $1 }
	    NF > 3 && $(NF - 2) ~ /^\.(data|bss|tdata|tbss)/ &&
	    $(NF - 2) !~ /^\.data\.rel\.ro/ && $NF !~ /^\./ {
	    print file " " $NF " in " $(NF - 2) }'
}

# The host may run a program between two of our calls.  The flags of files
# and folders have names of their own.
on_exec() {
	awk 'BEGIN { RS = ";" }
	/[^_a-z](open|openat)\(/ && !/O_CLOEXEC|(DIR|FILE)_FLAGS/ ||
	/F_DUPFD[^_]/ || /[^_a-z](dup|dup2|opendir|fopen|socket)\(/ {
		gsub(/[ \t\n]+/, " ")
		print FILENAME ":" substr($0, 1, 90)
	}' libapikey/*.c pam_apikey/*.c
	grep -nE '#define (DIR|FILE)_FLAGS' libapikey/*.c | grep -v O_CLOEXEC
}

objects() {
	[ -n "$(find "$B/obj/libapikey" -name '*.o')" ] ||
	    echo "$B/obj/libapikey: no objects"
}

check 'libapikey calls nothing that changes or ends its host' \
    forbidden "$B/libapikey.so.0"
check 'pam_apikey calls nothing that changes or ends its host' \
    forbidden "$B/pam_apikey.so"
check 'what library and module open is closed on exec' on_exec
check 'the objects are there' objects
check 'library and module have no static mutable state' mutable
exit $status
