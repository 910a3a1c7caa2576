# libapikey, pam_apikey and apikeyctl.
#
#   make            build everything into $(B)
#   make demo       install what is missing, build, show the main job
#   make check      install what is missing, build, run every test
#   make install    DESTDIR, PREFIX, LIBDIR, SYSCONFDIR, PAMDIR are yours
#   make uninstall  leaves the configuration, the keys and the state

VERSION   = 0.1.0
SOVERSION = 0

B          ?= build
CC         ?= cc
PKG_CONFIG ?= pkg-config

PREFIX     ?= /usr/local
SYSCONFDIR ?= /etc
STATEDIR   ?= /var/lib/apikey
LIBDIR     ?= $(PREFIX)/lib
BINDIR     ?= $(PREFIX)/sbin
MANDIR     ?= $(PREFIX)/share/man
DOCDIR     ?= $(PREFIX)/share/doc/apikey
TMPFILESDIR ?= /usr/lib/tmpfiles.d
# The distribution's own folder: the one that pam_permit.so is in.
PAMDIR     ?= $(patsubst %/,%,$(dir $(firstword $(wildcard \
	/usr/lib/$(shell $(CC) -print-multiarch)/security/pam_permit.so \
	/usr/lib64/security/pam_permit.so /lib64/security/pam_permit.so \
	/lib/$(shell $(CC) -print-multiarch)/security/pam_permit.so \
	/usr/lib/security/pam_permit.so))))

WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion \
	-Wformat=2 -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wwrite-strings -Wcast-qual -Wpointer-arith \
	-Wvla -Wundef -Wimplicit-fallthrough -Wnull-dereference \
	-Wswitch-enum -Wredundant-decls -Werror
HARDEN = -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong \
	-fstack-clash-protection -fcf-protection=full \
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
CTL_LIBS = -ljansson

LIB_SRC = $(sort $(wildcard libapikey/*.c))
PAM_SRC = $(sort $(wildcard pam_apikey/*.c))
CTL_SRC = $(sort $(wildcard apikeyctl/*.c))
LIB_OBJ = $(LIB_SRC:%.c=$(B)/%.o)
PAM_OBJ = $(PAM_SRC:%.c=$(B)/%.o)
CTL_OBJ = $(CTL_SRC:%.c=$(B)/%.o)
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
	@mkdir -p $(B)
	@printf '%s\n' $(call quote,$(FLAGS_NOW)) | cmp -s - $@ || \
	    printf '%s\n' $(call quote,$(FLAGS_NOW)) > $@
quote = '$(subst ','\'',$(1))'

$(B)/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	@echo '  CC $<'
	@$(CC) $(CPPFLAGS_ALL) $(INCLUDES) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

$(PAM_OBJ) $(CTL_OBJ): INCLUDES = -Ilibapikey

$(LIB): $(LIB_OBJ) libapikey/libapikey.map
	@echo '  LD $@'
	@$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) $(DEFS) -shared \
	    -Wl,-soname,$(SONAME) \
	    -Wl,--version-script,libapikey/libapikey.map \
	    -o $@ $(LIB_OBJ) $(LIB_LIBS)
	ln -sf $(SONAME) $(B)/libapikey.so

$(LIBA): $(LIB_OBJ)
	rm -f $@
	$(AR) rcs $@ $(LIB_OBJ)

# Never unloaded: a thread of the host may still be inside libsodium.
$(PAM): $(PAM_OBJ) $(LIB) pam_apikey/pam_apikey.map
	@echo '  LD $@'
	@$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) $(DEFS) -shared -Wl,-z,nodelete \
	    -Wl,--version-script,pam_apikey/pam_apikey.map \
	    -o $@ $(PAM_OBJ) -L$(B) -lapikey -lpam

$(CTL): $(CTL_OBJ) $(LIB)
	@echo '  LD $@'
	@$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -pie -o $@ $(CTL_OBJ) \
	    -L$(B) -lapikey $(CTL_LIBS)

$(B)/libapikey.pc: libapikey/libapikey.pc.in $(B)/flags
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' \
	    -e 's|@VERSION@|$(VERSION)|' $< > $@

$(UNIT_BIN): $(B)/%: %.c $(LIBA) $(B)/flags
	@mkdir -p $(@D)
	@echo '  CC $<'
	@$(CC) $(CPPFLAGS_ALL) -Ilibapikey -Itests/unit $(CFLAGS_ALL) \
	    $(LDFLAGS_ALL) -MMD -MP -o $@ $< $(LIBA) $(LIB_LIBS) -lcmocka

unit-tests: $(UNIT_BIN)

-include $(shell find $(B) -name '*.d' 2>/dev/null)

clean:
	rm -rf $(B)

FORCE:
.PHONY: all clean unit-tests FORCE
.DELETE_ON_ERROR:
