# libapikey, pam_apikey and apikeyctl.
#
#   make                build everything into $(B)
#   make help           this text
#   make install        below DESTDIR, if one is given, and PREFIX
#   make uninstall      leaves the configuration, the keys and the state
#   make clean          delete $(B)
#
# These install the packages that they need and that are missing, which stay
# (without root they only name them), and build first:
#
#   make deps           no more than that: what `make' needs
#   make demo           show a key's life
#   make check          run every test
#   make lint           the lints of check, and static analysis
#   make faults         those of check, but each call fails in each way (long)
#   make valgrind       the unit tests and the module under memcheck
#   make coverage       which lines the tests reach
#   make fuzz           libFuzzer, SECONDS (60) for each harness
#   make bench          a login beside its peers, LOGINS (1000) of each, by the
#                       sizes KEYS (1 1000 100000 1000000) of the keystore;
#                       SSH_LOGINS (as LOGINS), RUNS (5) of each command; into
#                       BENCH_OUT ($(B)/bench)
#   make bench-profile  the instructions and system calls of a login
#   make timing         how well refusals are told apart, ROUNDS (5000) of each
#
# Parts of these:
#
#   make deps-test deps-lint deps-bench deps-valgrind
#                       their packages, and those of the build, alone
#   make unit-tests     $(B)/tests/unit/test_*
#   make fuzz-tests     $(B)/tests/fuzz/fuzz_*, which replay files, or have
#                       the engine that ENGINE links
#   make fuzz-engine    the same, by clang with libFuzzer
#   make fuzz-coverage  which lines the corpora of fuzz reach
#
# Variables, as in `make check B=/tmp/b':
#
#   B                   where everything is built (build)
#   CC, CPPFLAGS, CFLAGS, LDFLAGS, OPTIMIZE (-O2 -g), SANITIZE (none)
#   PREFIX (/usr/local), and below it LIBDIR, BINDIR, MANDIR, DOCDIR
#   SYSCONFDIR (/etc), STATEDIR (/var/lib/apikey), TMPFILESDIR, PAMDIR
#   APIKEY_TEST_ALL=1   check fails where it would skip a suite
#   SECONDS_OF_THREADS  check lets threads loose for so long (20)
#   FAULTS_ALL=1        check has the long run of faults; tests/faults/README
#                       has more of this kind

VERSION   = 0.1.0
SOVERSION = 0

B          ?= build
CC         ?= cc

PREFIX     ?= /usr/local
SYSCONFDIR ?= /etc
STATEDIR   ?= /var/lib/apikey
LIBDIR     ?= $(PREFIX)/lib
BINDIR     ?= $(PREFIX)/sbin
MANDIR     ?= $(PREFIX)/share/man
DOCDIR     ?= $(PREFIX)/share/doc/apikey
TMPFILESDIR ?= /usr/lib/tmpfiles.d
# The distribution's own folder: the one that pam_permit.so is in.
# Looked for once, and only where it is needed.
PAMDIR     ?= $(eval PAMDIR := $$(call pamdir,$$(shell $$(CC) \
	-print-multiarch)))$(PAMDIR)
pamdir = $(patsubst %/,%,$(dir $(firstword $(wildcard \
	/usr/lib/$(1)/security/pam_permit.so \
	/usr/lib64/security/pam_permit.so /lib64/security/pam_permit.so \
	/lib/$(1)/security/pam_permit.so \
	/usr/lib/security/pam_permit.so))))

WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion \
	-Wformat=2 -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wwrite-strings -Wcast-qual -Wpointer-arith \
	-Wvla -Wundef -Wimplicit-fallthrough -Wnull-dereference \
	-Wswitch-enum -Wredundant-decls -Werror
# The sanitizers' own checks take the place of the C library's.
HARDEN = -U_FORTIFY_SOURCE $(if $(SANITIZE),,-D_FORTIFY_SOURCE=3) \
	-fstack-protector-strong -fstack-clash-protection -fcf-protection=full \
	-ftrivial-auto-var-init=pattern
OPTIMIZE ?= -O2 -g
CPPFLAGS_ALL = -D_GNU_SOURCE -DAPIKEY_VERSION='"$(VERSION)"' \
	-DAPIKEY_CONFIG='"$(SYSCONFDIR)/apikey/apikey.conf"' \
	-DAPIKEY_KEYSTORE='"$(SYSCONFDIR)/apikey/keys.d"' \
	-DAPIKEY_STATE='"$(STATEDIR)"' $(CPPFLAGS)
CFLAGS_ALL = -std=c17 $(OPTIMIZE) $(WARNINGS) $(HARDEN) \
	-fvisibility=hidden -fPIC -pthread $(SANITIZE) $(CFLAGS)
LDFLAGS_ALL = -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code \
	-Wl,--as-needed,--no-undefined-version,--fatal-warnings \
	$(SANITIZE) $(LDFLAGS)
# A sanitizer's runtime is resolved when the program starts.
DEFS = $(if $(SANITIZE),,-Wl,-z,defs)

LIB_LIBS = -lsodium -lconfig

LIB_SRC = $(sort $(wildcard libapikey/*.c))
PAM_SRC = $(sort $(wildcard pam_apikey/*.c))
CTL_SRC = $(sort $(wildcard apikeyctl/*.c))
LIB_OBJ = $(LIB_SRC:%.c=$(B)/obj/%.o)
PAM_OBJ = $(PAM_SRC:%.c=$(B)/obj/%.o)
CTL_OBJ = $(CTL_SRC:%.c=$(B)/obj/%.o)
UNIT_SRC = $(sort $(wildcard tests/unit/test_*.c))
UNIT_BIN = $(UNIT_SRC:%.c=$(B)/%)

SONAME = libapikey.so.$(SOVERSION)
LIB    = $(B)/$(SONAME)
LIBA   = $(B)/libapikey.a
PAM    = $(B)/pam_apikey.so
CTL    = $(B)/apikeyctl

all: $(LIB) $(LIBA) $(PAM) $(CTL) $(B)/libapikey.pc

# What is built changes with the flags: a change of them builds anew.
FLAGS_NOW = $(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(LDFLAGS_ALL)
$(B)/flags: FORCE
	$(call keep,$(FLAGS_NOW))
# `make install` may name another PREFIX, which is in one object alone.
$(B)/docdir: FORCE
	$(call keep,$(DOCDIR))
define keep
	@mkdir -p $(@D)
	@printf '%s\n' $(call quote,$(1)) | cmp -s - $@ || \
	    printf '%s\n' $(call quote,$(1)) > $@
endef
quote = '$(subst ','\'',$(1))'

$(B)/obj/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	@echo '  CC $<'
	@$(CC) $(CPPFLAGS_ALL) $(INCLUDES) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

$(PAM_OBJ) $(CTL_OBJ): INCLUDES = -Ilibapikey
SAYS_DOCDIR = $(B)/obj/apikeyctl/check_service.o
$(SAYS_DOCDIR): INCLUDES += -DAPIKEY_EXAMPLES='"$(DOCDIR)/examples"'
$(SAYS_DOCDIR): $(B)/docdir

$(LIB): $(LIB_OBJ) libapikey/libapikey.map
	@echo '  LD $@'
	@$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) $(DEFS) -shared \
	    -Wl,-soname,$(SONAME),-Bsymbolic-functions \
	    -Wl,--version-script,libapikey/libapikey.map \
	    -o $@ $(LIB_OBJ) $(LIB_LIBS)
	@ln -sf $(SONAME) $(B)/libapikey.so

$(LIBA): $(LIB_OBJ)
	@rm -f $@
	@$(AR) rcs $@ $(LIB_OBJ)

# Never unloaded: a thread of the host may still be inside libsodium.
$(PAM): $(PAM_OBJ) $(LIB) pam_apikey/pam_apikey.map
	@echo '  LD $@'
	@$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) $(DEFS) -shared -Wl,-z,nodelete \
	    -Wl,--version-script,pam_apikey/pam_apikey.map \
	    -o $@ $(PAM_OBJ) -L$(B) -lapikey -lpam

$(CTL): $(CTL_OBJ) $(LIB)
	@echo '  LD $@'
	@$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -pie -o $@ $(CTL_OBJ) \
	    -L$(B) -lapikey

# Anew each time: PREFIX may be another one for `make install`.
$(B)/libapikey.pc: libapikey/libapikey.pc.in FORCE
	@mkdir -p $(@D)
	@sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' \
	    -e 's|@VERSION@|$(VERSION)|' $< > $@

$(UNIT_BIN): $(B)/%: %.c $(LIBA) $(B)/flags
	@mkdir -p $(@D)
	@echo '  CC $<'
	@$(CC) $(CPPFLAGS_ALL) -Ilibapikey -Itests/unit $(CFLAGS_ALL) \
	    $(LDFLAGS_ALL) -MMD -MP -o $@ $< $(LIBA) $(LIB_LIBS) -lcmocka

unit-tests: $(UNIT_BIN)

$(B)/tests/threads/%: tests/threads/%.c $(LIBA) $(B)/flags
	@mkdir -p $(@D)
	@echo '  CC $<'
	@$(CC) $(CPPFLAGS_ALL) -Ilibapikey $(CFLAGS_ALL) $(LDFLAGS_ALL) \
	    -o $@ $< $(LIBA) $(LIB_LIBS)

BENCH_BIN = $(B)/tests/bench/login $(B)/tests/bench/keys

$(BENCH_BIN): $(B)/%: %.c $(LIBA) $(B)/flags
	@mkdir -p $(@D)
	@echo '  CC $<'
	@$(CC) $(CPPFLAGS_ALL) -Ilibapikey $(CFLAGS_ALL) $(LDFLAGS_ALL) \
	    -o $@ $< $(LIBA) $(LIB_LIBS) -lpam

TIMING_BIN = $(B)/tests/timing/timing
TIMING_SRC = $(sort $(wildcard tests/timing/*.c))

$(TIMING_BIN): $(TIMING_SRC) tests/timing/attempts.h tests/timing/stats.h \
	$(B)/flags
	@mkdir -p $(@D)
	@echo '  CC $@'
	@$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ \
	    $(TIMING_SRC) -lpam -lm

# The harnesses: with a replay of files, or with libFuzzer for an engine.
ENGINE   ?= $(B)/obj/tests/fuzz/replay.o
FUZZ_SRC  = $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZ_BIN  = $(FUZZ_SRC:%.c=$(B)/%)
FUZZ_OBJ  = $(patsubst %.c,$(B)/obj/%.o,$(filter-out $(FUZZ_SRC) \
	tests/fuzz/replay.c,$(wildcard tests/fuzz/*.c)))
# What host.c and accounts.c stand in for.
FUZZ_WRAP = malloc calloc reallocarray strdup mkdirat openat fstat pread \
	pwrite ftruncate fsync fdatasync fcntl gethostname clock_gettime \
	clock_nanosleep getpwnam_r getgrnam_r getgrouplist syslog

$(FUZZ_OBJ) $(FUZZ_SRC:%.c=$(B)/obj/%.o) $(B)/obj/tests/fuzz/replay.o: \
	INCLUDES = -Ilibapikey -I.

$(FUZZ_BIN): $(B)/%: $(B)/obj/%.o $(B)/obj/tests/fuzz/replay.o $(FUZZ_OBJ) \
	$(PAM_OBJ) $(LIBA) $(B)/flags
	@mkdir -p $(@D)
	@echo '  LD $@'
	@$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) $(FUZZ_WRAP:%=-Wl,--wrap=%) \
	    -o $@ $< $(ENGINE) $(FUZZ_OBJ) $(PAM_OBJ) $(LIBA) $(LIB_LIBS)

fuzz-tests: $(FUZZ_BIN)

# For each harness, with libFuzzer.
SECONDS ?= 60
FUZZ_SANITIZE = -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=all

fuzz-engine:
	@$(MAKE) --no-print-directory CC=clang OPTIMIZE='-O1 -g' \
	    SANITIZE='$(FUZZ_SANITIZE)' ENGINE=-fsanitize=fuzzer fuzz-tests

fuzz: deps-test
	@$(MAKE) --no-print-directory B=$(B)/fuzz fuzz-engine
	@bash tests/fuzz/long.sh $(B)/fuzz $(SECONDS)

fuzz-coverage:
	@$(MAKE) --no-print-directory B=$(B)/fuzz-coverage CC=gcc \
	    OPTIMIZE='-O0 -g' SANITIZE=--coverage fuzz-tests
	@bash tests/fuzz/coverage.sh $(B)/fuzz-coverage

# Without HARDEN, which makes code of declarations.
coverage: deps-test $(B)/coverage/hook.o $(B)/coverage/exits.so
	@$(MAKE) --no-print-directory B=$(B)/coverage CC=gcc HARDEN= \
	    OPTIMIZE='-O0 -g' SANITIZE=--coverage \
	    LDFLAGS=$(B)/coverage/hook.o all unit-tests
	@bash tests/coverage/run.sh $(B)/coverage

TOOL = gcc -std=c17 -O1 -g -D_GNU_SOURCE -fPIC $(WARNINGS) -o $@ $<
# Linked into everything: another one is another flag.
$(B)/coverage/hook.o: tests/coverage/hook.c
	@mkdir -p $(@D)
	@rm -f $(@D)/flags
	@$(TOOL) -c
$(B)/coverage/exits.so: tests/coverage/exits.c
	@mkdir -p $(@D)
	@$(TOOL) -shared

$(B)/tests/trial: tests/trial.c
	@mkdir -p $(@D)
	@echo '  CC $<'
	@$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $<

-include $(shell find $(B) -name '*.d' 2>/dev/null)

# ---- For people ---------------------------------------------------------

help:
	@sed -n '/^#/!q; s/^# \{0,1\}//p' Makefile

deps:
	@sh tests/deps.sh build

lint: deps-lint
	@$(MAKE) --no-print-directory all
	@ANALYSIS=yes bash tests/lint/run.sh $(B)

deps-lint:
	@sh tests/deps.sh build test lint

deps-test:
	@sh tests/deps.sh build test

demo: deps-test
	@$(MAKE) --no-print-directory all
	@bash tests/demo.sh $(B)

check: deps-test
	@$(MAKE) --no-print-directory all
	@bash tests/run.sh $(B)

# `make check' has the short run.
faults: deps-test
	@$(MAKE) --no-print-directory all
	@FAULTS_ALL=1 bash tests/faults/run.sh $(B)

# What `make bench' leaves; docs/ has that of the last release.
BENCH_OUT ?= $(B)/bench
LOGINS ?= 1000
KEYS   ?= 1 1000 100000 1000000

deps-bench:
	@sh tests/deps.sh build test bench

bench: deps-bench
	@$(MAKE) --no-print-directory all $(BENCH_BIN)
	@LOGINS='$(LOGINS)' KEYS='$(KEYS)' \
	    bash tests/bench/bench.sh $(B) $(BENCH_OUT)

bench-profile: deps-bench
	@$(MAKE) --no-print-directory all $(BENCH_BIN)
	@bash tests/bench/profile.sh $(B)

deps-valgrind:
	@sh tests/deps.sh build test valgrind

valgrind: deps-valgrind
	@$(MAKE) --no-print-directory all unit-tests
	@bash tests/valgrind/run.sh $(B)

# What `make timing' leaves; docs/timing.md has that of the last release.
ROUNDS ?= 5000

timing: deps-bench
	@$(MAKE) --no-print-directory all $(TIMING_BIN)
	@ROUNDS='$(ROUNDS)' bash tests/timing/timing.sh $(B) $(B)/timing.txt

# ---- Installing ---------------------------------------------------------

# A file that is in use is replaced whole, by a rename.
put = install -m $(1) $(2) $(3).new && mv -f $(3).new $(3)
D   = $(DESTDIR)
MAN5 = man/apikey.conf.5 man/apikey-audit.5
MAN8 = man/pam_apikey.8 man/apikeyctl.8
EXAMPLES = $(D)$(DOCDIR)/examples
# What goes there as it is.
SHOWN = pam.d sshd_config.d fail2ban/filter.d fail2ban/jail.d rsyslog.d \
	logrotate.d
# A link to what is in a checkout alone is none.
TO_INSTALLED = -e 's|\]\(etc/|](examples/|g' \
	-e 's/\[([^]]*)\]\((\.\.\/)?tests\/[^)]*\)/\1/g'

install: all $(B)/tests/trial
	@test -n "$(D)" || test "$$(id -u)" = 0 || { \
	    echo 'make: run it as root, or give DESTDIR=' >&2; exit 1; }
	@test -n "$(PAMDIR)" || { echo 'make: no folder of PAM modules found: name it with PAMDIR=' \
	    >&2; exit 1; }
	$(if $(D),,LD_LIBRARY_PATH=$(B) $(B)/tests/trial $(abspath $(PAM)))
	install -d $(D)$(LIBDIR)/pkgconfig $(D)$(BINDIR) $(D)$(PAMDIR) \
	    $(D)$(PREFIX)/include $(D)$(MANDIR)/man3 $(D)$(MANDIR)/man5 \
	    $(D)$(MANDIR)/man8 $(SHOWN:%=$(EXAMPLES)/%) \
	    $(EXAMPLES)/sudoers.d $(EXAMPLES)/systemd $(D)$(DOCDIR)/docs \
	    $(D)$(TMPFILESDIR) \
	    $(D)$(SYSCONFDIR)/apikey
	$(call put,755,$(LIB),$(D)$(LIBDIR)/$(SONAME))
	ln -sf $(SONAME) $(D)$(LIBDIR)/libapikey.so
	$(if $(D),,ldconfig)
	install -m 644 $(PAM) $(D)$(PAMDIR)/pam_apikey.so.new
	$(if $(D),,$(B)/tests/trial $(PAMDIR)/pam_apikey.so.new || \
	    { rm -f $(PAMDIR)/pam_apikey.so.new; exit 1; })
	mv -f $(D)$(PAMDIR)/pam_apikey.so.new $(D)$(PAMDIR)/pam_apikey.so
	$(call put,755,$(CTL),$(D)$(BINDIR)/apikeyctl)
	$(call put,644,libapikey/apikey.h,$(D)$(PREFIX)/include/apikey.h)
	$(call put,644,$(B)/libapikey.pc,$(D)$(LIBDIR)/pkgconfig/libapikey.pc)
	install -m 644 man/libapikey.3 $(D)$(MANDIR)/man3
	install -m 644 $(MAN5) $(D)$(MANDIR)/man5
	install -m 644 $(MAN8) $(D)$(MANDIR)/man8
	for d in $(SHOWN); do \
	    install -m 644 etc/$$d/* $(EXAMPLES)/$$d || exit 1; done
	install -m 440 etc/sudoers.d/* $(EXAMPLES)/sudoers.d
	for f in etc/systemd/*; do \
	    sed 's|/usr/local/sbin/|$(BINDIR)/|' $$f \
	    > $(EXAMPLES)/systemd/$${f##*/} || exit 1; done
	chmod 644 $(EXAMPLES)/systemd/*
	install -m 644 man/*.c $(EXAMPLES)
	install -m 644 LICENSE NEWS $(D)$(DOCDIR)
	install -m 644 docs/* $(D)$(DOCDIR)/docs
	for f in *.md docs/*.md; do \
	    sed -E $(TO_INSTALLED) $$f > $(D)$(DOCDIR)/$$f || exit 1; done
	chmod 644 $(D)$(DOCDIR)/*.md
	$(call put,644,etc/tmpfiles.d/apikey.conf,$(D)$(TMPFILESDIR)/apikey.conf)
	test -e $(D)$(SYSCONFDIR)/apikey/apikey.conf || { \
	    $(call put,644,etc/apikey.conf,$(D)$(SYSCONFDIR)/apikey/apikey.conf); }
	install -d -m 700 $(D)$(SYSCONFDIR)/apikey/keys.d $(D)$(STATEDIR)

# A stack that names a module which is gone would refuse everybody.
STACKS = $(D)/etc/pam.conf $(D)/etc/pam.d/* $(D)/usr/lib/pam.d/*
uninstall:
	@test -n "$(PAMDIR)" || { echo 'make: name PAMDIR=' >&2; exit 1; }
	@test -n "$(D)" || test "$$(id -u)" = 0 || { \
	    echo 'make: run it as root, or give DESTDIR=' >&2; exit 1; }
	@! grep -qs '^[^#]*pam_apikey' $(STACKS) || { \
	    echo 'make: not uninstalled: take these lines out first:' >&2; \
	    grep -ns '^[^#]*pam_apikey' /dev/null $(STACKS) >&2; exit 1; }
	rm -f $(D)$(PAMDIR)/pam_apikey.so $(D)$(BINDIR)/apikeyctl \
	    $(D)$(LIBDIR)/$(SONAME) $(D)$(LIBDIR)/libapikey.so \
	    $(D)$(LIBDIR)/pkgconfig/libapikey.pc \
	    $(D)$(PREFIX)/include/apikey.h $(D)$(TMPFILESDIR)/apikey.conf \
	    $(D)$(MANDIR)/man3/libapikey.3 \
	    $(MAN5:man/%=$(D)$(MANDIR)/man5/%) \
	    $(MAN8:man/%=$(D)$(MANDIR)/man8/%)
	rm -rf $(D)$(DOCDIR)
	$(if $(D),,ldconfig)
	@echo 'Left: $(D)$(SYSCONFDIR)/apikey (keys), $(D)$(STATEDIR).'

clean:
	rm -rf $(B)

FORCE:
.PHONY: all bench bench-profile check clean coverage demo deps deps-bench \
	deps-lint deps-test deps-valgrind faults fuzz fuzz-coverage \
	fuzz-engine fuzz-tests help install lint timing uninstall unit-tests \
	valgrind FORCE
.DELETE_ON_ERROR:
