# agent: builds out of tree in build/. `make help` lists the targets.
VERSION    := 0.1.0
MODE       ?= release
PREFIX     ?= /usr/local
SYSCONFDIR ?= /etc
FUZZ_SECONDS ?= 10
ifeq ($(origin CC),default)
CC         := gcc
endif
B := build/$(MODE)$(if $(findstring clang,$(CC)),-clang)

# --- flags ------------------------------------------------------------------------------------
# CPPFLAGS, CFLAGS and LDFLAGS are the builder's: they come on top.
PACKAGES  := libcurl openssl sqlite3 yaml-0.1 yajl libmicrohttpd
WARNINGS  := -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wwrite-strings -Wstrict-prototypes \
             -Wmissing-prototypes -Wformat=2 -Wundef -Wconversion -Wcast-qual \
             -Wimplicit-fallthrough -Wnull-dereference -Werror
HARDENING := -fstack-protector-strong -fstack-clash-protection -fPIE -Werror=format-security \
             $(if $(filter x86_64 i%86,$(shell uname -m)),-fcf-protection)
HARD_LINK := -pie -Wl,-z,relro -Wl,-z,now
ASAN      := -fsanitize=address,undefined -fno-sanitize-recover=all

FLAGS_release := -O2 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 $(HARDENING)
LINK_release  := $(HARD_LINK)
FLAGS_debug   := -O1 -g -fno-omit-frame-pointer $(HARDENING)
LINK_debug    := $(HARD_LINK)
FLAGS_asan    := -O1 -g -fno-omit-frame-pointer $(ASAN)
LINK_asan     := $(ASAN)
FLAGS_fuzz    := $(FLAGS_asan) -fsanitize=fuzzer-no-link
LINK_fuzz     := $(ASAN)
# Leaks are valgrind's and ASan's: the analyzer does not understand iconv_open().
FLAGS_analyze := -O1 -fanalyzer -Wno-analyzer-malloc-leak
ifeq ($(FLAGS_$(MODE)),)
$(error MODE is debug, release or asan, not "$(MODE)")
endif

# Asked for when the first file is compiled, and once: pkg-config may not be installed before.
PKG_CFLAGS = $(eval PKG_CFLAGS := $(shell pkg-config --cflags $(PACKAGES)))$(PKG_CFLAGS)
PKG_LIBS   = $(eval PKG_LIBS := $(shell pkg-config --libs $(PACKAGES)))$(PKG_LIBS)

COMPILE = $(CC) -std=gnu11 -Iagent -I. -D_GNU_SOURCE -DAGENT_VERSION='"$(VERSION)"' $(WARNINGS) \
          $(FLAGS_$(MODE)) $(PKG_CFLAGS) $(CPPFLAGS) $(CFLAGS)
LINK    = $(CC) $(FLAGS_$(MODE)) $(CFLAGS) $(LINK_$(MODE)) -Wl,--as-needed $(LDFLAGS)
LIBS    = $(PKG_LIBS) -lm
SAY     = @printf '  %-5s %s\n'
ifdef V
SAY     = @:
else
.SILENT:
endif

# --- files ------------------------------------------------------------------------------------
objects = $(patsubst %.c,$(B)/%.o,$(sort $(wildcard $(1))))
SOURCES := $(sort $(wildcard agent/*/*.c connectors/*.c connectors/*/*.c config/*.c))
OBJECTS := $(SOURCES:%.c=$(B)/%.o)
LIBRARY := $(B)/libagent.a
SANDBOX := $(call objects,tests/sandbox/*.c tests/sandbox/*/*.c)
SUPPORT := $(call objects,tests/support/*.c) $(filter-out %/main.o,$(SANDBOX))
HELPERS := $(B)/libtests.a
UNIT    := $(patsubst tests/%.c,$(B)/%,$(sort $(wildcard tests/unit/*_test.c)))
FAULT   := $(patsubst tests/%.c,$(B)/%,$(sort $(wildcard tests/fault/*.c)))
BENCH   := $(patsubst tests/%.c,$(B)/%,$(sort $(wildcard tests/bench/*_bench.c)))
FUZZERS := $(sort $(wildcard tests/fuzz/*_fuzz.c))
CORPUS  := $(FUZZERS:tests/fuzz/%_fuzz.c=$(B)/corpus/%)
FUZZ    := $(FUZZERS:tests/fuzz/%_fuzz.c=$(B)/fuzz/%)

# --- programs ---------------------------------------------------------------------------------
.PHONY: all programs objects library tests units benches fuzzers
all: programs ## build build/agent and build/sandbox (MODE=release|debug|asan)
	ln -sfn $(B:build/%=%)/bin/agent build/agent
	ln -sfn $(B:build/%=%)/bin/sandbox build/sandbox
programs: $(B)/bin/agent $(B)/bin/sandbox
objects: $(OBJECTS) $(B)/agent/main.o $(SANDBOX) $(SUPPORT) \
         $(call objects,tests/unit/*.c tests/fault/*.c tests/bench/*.c tests/fuzz/*.c)
library: $(OBJECTS) $(B)/agent/main.o
units: $(UNIT)
tests: $(UNIT) $(FAULT) $(CORPUS)
benches: $(BENCH)
fuzzers: $(FUZZ)

$(B)/bin/agent: $(B)/agent/main.o $(LIBRARY)
$(B)/bin/sandbox: $(SANDBOX) $(LIBRARY)
$(UNIT) $(FAULT): $(B)/%: $(B)/tests/%.o $(HELPERS) $(LIBRARY)
$(UNIT) $(FAULT): LIBS += -lcmocka
$(BENCH): $(B)/bench/%: $(B)/tests/bench/%.o $(HELPERS) $(LIBRARY)
$(CORPUS): $(B)/corpus/%: $(B)/tests/fuzz/%_fuzz.o $(B)/tests/fuzz/driver.o $(HELPERS) $(LIBRARY)
$(FUZZ): $(B)/fuzz/%: $(B)/tests/fuzz/%_fuzz.o $(HELPERS) $(LIBRARY)
$(FUZZ): LINK += -fsanitize=fuzzer
$(B)/bin/agent $(B)/bin/sandbox $(UNIT) $(FAULT) $(BENCH) $(CORPUS) $(FUZZ):
	$(SAY) LINK $@
	mkdir -p $(@D)
	$(LINK) -o $@ $^ $(LIBS)

$(LIBRARY): $(OBJECTS)
$(HELPERS): $(SUPPORT)
$(LIBRARY) $(HELPERS):
	rm -f $@
	ar rcs $@ $^

$(B)/%.o: %.c Makefile
	$(SAY) $(firstword $(CC)) $<
	mkdir -p $(@D)
	$(COMPILE) -MMD -MP -c -o $@ $<
$(B)/config/starter.o: config/agent.example.yaml # .incbin, which -MMD does not see

.SECONDARY:
-include $(shell test -d $(B) && find $(B) -name '*.d')

# --- checks -----------------------------------------------------------------------------------
# The work is done by tests/run.sh, which calls back for what is to be built.
RUN = FUZZ_SECONDS='$(FUZZ_SECONDS)' CHECKER='$(CHECKER)' tests/run.sh

.PHONY: deps demo check conformance bench fuzz-smoke lint
deps: ## install the Debian packages that are missing (needs root or sudo)
	tests/deps.sh build check lint
demo: ## show the program at work against the sandbox
	tests/deps.sh build
	$(RUN) demo
check: ## everything that must hold before a change goes in
	tests/deps.sh build check
	$(RUN) check
conformance: ## record demo and integration tests in build/har/; CHECKER=… judges them
	tests/deps.sh build check
	$(RUN) conformance
bench: ## speed and memory, against floors measured in the same run
	tests/deps.sh build
	$(RUN) bench
fuzz-smoke: ## run each fuzzer for FUZZ_SECONDS (10) from its corpus
	tests/deps.sh build check
	$(RUN) fuzz
lint: ## the slow checks: analyzers, valgrind, format, manual pages
	tests/deps.sh build check lint
	$(RUN) lint

# --- installing -------------------------------------------------------------------------------
BINDIR  := $(PREFIX)/bin
MANUALS := $(sort $(wildcard man/*.[1-9]))
SERVICES := $(sort $(wildcard systemd/*.service systemd/*.timer systemd/*.socket))
USERS   := $(sort $(wildcard systemd/*sysusers*))
FOLDERS := $(sort $(wildcard systemd/*tmpfiles*))
NAME    := marketplace-agent
DOC     := $(PREFIX)/share/doc/$(NAME)
PLACE   := sed -e 's|@BINDIR@|$(BINDIR)|g' -e 's|@SYSCONFDIR@|$(SYSCONFDIR)|g'
man_path = $(PREFIX)/share/man/man$(subst .,,$(suffix $(1)))/$(notdir $(1))
INSTALLED = $(BINDIR)/agent $(DOC)/agent.example.yaml \
            $(foreach page,$(MANUALS),$(call man_path,$(page))) \
            $(SERVICES:systemd/%=$(PREFIX)/lib/systemd/system/%) \
            $(USERS:%=$(PREFIX)/lib/sysusers.d/$(NAME).conf) \
            $(FOLDERS:%=$(PREFIX)/lib/tmpfiles.d/$(NAME).conf)

.PHONY: install uninstall clean help
install: programs ## install below PREFIX (/usr/local) and DESTDIR
	install -D -m 0755 $(B)/bin/agent $(DESTDIR)$(BINDIR)/agent
	install -D -m 0644 config/agent.example.yaml $(DESTDIR)$(DOC)/agent.example.yaml
	$(foreach page,$(MANUALS),install -D -m 0644 $(page) $(DESTDIR)$(call man_path,$(page)) &&) :
	set -e; put() { \
	    $(PLACE) systemd/$$1 | install -D -m 0644 /dev/stdin $(DESTDIR)$(PREFIX)/lib/$$2; }; \
	for f in $(notdir $(SERVICES)); do put $$f systemd/system/$$f; done; \
	for f in $(notdir $(USERS)); do put $$f sysusers.d/$(NAME).conf; done; \
	for f in $(notdir $(FOLDERS)); do put $$f tmpfiles.d/$(NAME).conf; done
uninstall: ## remove exactly what install put there
	rm -f $(addprefix $(DESTDIR),$(INSTALLED))
	-rmdir $(DESTDIR)$(DOC) 2>/dev/null
clean: ## remove build/
	rm -rf build
help: ## this list
	awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' Makefile
