# agent: builds out of tree in build/. `make help` lists the targets.
MODE   ?= release
PREFIX ?= /usr/local
CC     ?= gcc
ifeq ($(origin CC),default)
CC     := gcc
endif
VERSION := 0.1.0

B := build/$(MODE)$(if $(findstring clang,$(CC)),-clang)

PACKAGES  := libcurl openssl sqlite3 yaml-0.1 yajl libmicrohttpd
WARNINGS  := -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wwrite-strings -Wstrict-prototypes \
             -Wmissing-prototypes -Wformat=2 -Wundef -Wconversion -Wcast-qual \
             -Wimplicit-fallthrough -Wnull-dereference -Werror
HARDENING := -fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIE \
             -Werror=format-security
FLAGS_release := -O2 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 $(HARDENING)
FLAGS_debug   := -O1 -g -fno-omit-frame-pointer $(HARDENING)
FLAGS_asan    := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
                 -fno-sanitize-recover=all
ifeq ($(FLAGS_$(MODE)),)
$(error MODE is debug, release or asan, not "$(MODE)")
endif

CPPFLAGS := -Iagent -I. -D_GNU_SOURCE -DAGENT_VERSION='"$(VERSION)"' $(CPPFLAGS)
CFLAGS   := -std=gnu11 $(WARNINGS) $(FLAGS_$(MODE)) $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null) $(CFLAGS)
LDFLAGS  := $(if $(filter asan,$(MODE)),-fsanitize=address$(comma)undefined,-pie -Wl$(comma)-z$(comma)relro$(comma)-z$(comma)now) $(LDFLAGS)
LDLIBS    = $(shell pkg-config --libs $(PACKAGES)) -lm
comma    := ,

SOURCES := $(sort $(wildcard agent/*/*.c connectors/*.c connectors/*/*.c config/*.c))
OBJECTS := $(SOURCES:%.c=$(B)/%.o)
LIBRARY := $(B)/libagent.a
SUPPORT := $(patsubst %.c,$(B)/%.o,$(sort $(wildcard tests/support/*.c)))
SANDBOX := $(patsubst %.c,$(B)/%.o,$(sort $(wildcard tests/sandbox/*.c)))
SANDBOX_LIBRARY := $(filter-out %/main.o,$(SANDBOX))
UNIT    := $(patsubst tests/unit/%.c,$(B)/unit/%,$(sort $(wildcard tests/unit/*_test.c)))
FAULT   := $(patsubst tests/fault/%.c,$(B)/fault/%,$(sort $(wildcard tests/fault/*.c)))
BENCH   := $(patsubst tests/bench/%.c,$(B)/bench/%,$(sort $(wildcard tests/bench/*.c)))
FUZZ    := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(sort $(wildcard tests/fuzz/*_fuzz.c)))

.PHONY: all
all: build/agent build/sandbox  ## build build/agent and build/sandbox

build/agent build/sandbox: build/%: $(B)/%
	@ln -sfn $(<:build/%=%) $@

$(B)/agent: $(B)/agent/main.o $(LIBRARY)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(B)/sandbox: $(SANDBOX) $(LIBRARY)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(LIBRARY): $(OBJECTS)
	@rm -f $@
	@ar rcs $@ $^

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(B)/config/starter.o: config/agent.example.yaml # .incbin, which -MMD does not see

$(B)/unit/%: $(B)/tests/unit/%.o $(SUPPORT) $(SANDBOX_LIBRARY) $(LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcmocka

$(B)/fault/%: $(B)/tests/fault/%.o $(SUPPORT) $(SANDBOX_LIBRARY) $(LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcmocka

$(B)/bench/%: $(B)/tests/bench/%.o $(SUPPORT) $(SANDBOX_LIBRARY) $(LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

.SECONDARY:
-include $(shell find $(B) -name '*.d' 2>/dev/null)
