# cebridge. `make` builds, `make check` tests, `make lint` reads; V=1 shows the commands.
# Objects stand in build/VARIANT; the user's CFLAGS and LDFLAGS come last.
VARIANT ?= release
CC ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif
OUT := build/$(VARIANT)
Q := $(if $(V),,@)
JOBS := $(shell nproc)
SELF := $(MAKE) --no-print-directory
PARALLEL := $(SELF) $(if $(findstring j,$(filter-out --%,$(MAKEFLAGS))),,-j$(JOBS))
PREFIX ?= /usr/local
UNITS ?= $(PREFIX)/lib/systemd/system
FUZZ_SECONDS ?= 60

CSTD := -std=c11 -D_GNU_SOURCE -I.
WARN := -Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wswitch-enum -Wvla \
        -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wwrite-strings \
        $(if $(WERROR),-Werror)
release_FLAGS := -O2 -g -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection \
                 -fcf-protection -fPIE
release_LINK := -pie -Wl,-z,relro,-z,now
asan_FLAGS := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
asan_LINK := -fsanitize=address,undefined
fuzz_FLAGS := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all \
              -fno-omit-frame-pointer
fuzz_LINK := -fsanitize=fuzzer,address,undefined
cov_FLAGS := -O0 -g --coverage
cov_LINK := --coverage
FLAGS := $(CSTD) $(WARN) $($(VARIANT)_FLAGS) $(CFLAGS)
LINK := $($(VARIANT)_LINK) -Wl,--as-needed $(LDFLAGS)
CORE_LIBS := -ljansson -lcrypto -lutf8proc -lxxhash
ALL_LIBS := $(CORE_LIBS) -lsqlite3 -luv -lcurl -lssl -lsystemd -lmicrohttpd -lpthread -lm

# The rooms. The core is pure; the state is the only SQL; the daemon is all else but the programs.
CORE := $(wildcard mapping/base/*.c mapping/*.c connectors/*.c daemon/sync/*.c)
STATE := $(wildcard daemon/store/*.c)
DAEMON := $(filter-out daemon/cebridged.c daemon/cebridge_verify.c daemon/memory.c,$(wildcard daemon/*.c daemon/net/*.c daemon/work/*.c \
            daemon/view/*.c daemon/action/*.c daemon/recording/*.c))
CLI := $(wildcard daemon/cli/*.c)
PLATFORM := $(wildcard tests/platform/*.c)
SUPPORT := $(wildcard tests/support/*.c)
UNIT := $(wildcard tests/unit/*/*_test.c tests/unit/*/*/*_test.c)
SIM := $(wildcard tests/sim/*.c)
SCENARIO := $(wildcard tests/scenario/*.c)
FUZZ := $(wildcard tests/fuzz/*_fuzz.c)
BENCH := $(wildcard tests/bench/*.c)
SOURCES := $(CORE) $(STATE) $(DAEMON) daemon/cebridged.c daemon/cebridge_verify.c daemon/memory.c $(CLI) \
           $(PLATFORM) $(UNIT) $(SIM) $(SCENARIO) $(SUPPORT) $(wildcard tests/fuzz/*.c tests/crash/*.c) $(BENCH)
objects = $(patsubst %.c,$(OUT)/%.o,$(1))
LIBS := $(OUT)/libdaemon.a $(OUT)/libstate.a $(OUT)/libcore.a

UNIT_PROGRAMS := $(UNIT:%.c=$(OUT)/%)
SIM_PROGRAMS := $(patsubst %.c,$(OUT)/%,$(filter %_test.c %_sim.c,$(SIM)))
SIM_OBJECTS := $(call objects,$(filter-out %_test.c %_sim.c,$(SIM)))
IN_PROCESS := $(call objects,$(filter-out $(patsubst %,tests/platform/%.c,main server delay control clock),$(PLATFORM)))
REPLAY_PROGRAMS := $(FUZZ:%.c=$(OUT)/%_replay)
SCENARIO_RUNNER := $(if $(SCENARIO),$(OUT)/tests/scenario/runner)
SCRIPTS := $(wildcard tests/scenario/*.sh tests/scenario/*.py tests/crash/*.sh tests/crash/*.py \
             tests/system/*.sh tests/system/*.py tests/sim/*.sh)
PROGRAMS := $(if $(CLI),$(OUT)/cebridge) $(OUT)/cebridged $(if $(PLATFORM),$(OUT)/platformd)
LOCALES := $(patsubst daemon/po/%.po,$(OUT)/locale/%/LC_MESSAGES/cebridge.mo,$(wildcard daemon/po/*.po))

.PHONY: all programs check check-all unit lint lint-files headers pure packages fmt fuzz bench bench-peers demo \
        soak systemd-check cov install clean
all: packages
	$(Q)$(PARALLEL) pure
	$(Q)$(PARALLEL) programs

programs: $(PROGRAMS) $(OUT)/cebridge-verify $(LOCALES)

packages:
	$(Q)tests/support/packages.sh

$(OUT)/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(FLAGS) -MMD -MP -c $< -o $@

$(OUT)/libcore.a: $(call objects,$(CORE))
$(OUT)/libstate.a: $(call objects,$(STATE))
$(OUT)/libdaemon.a: $(call objects,$(DAEMON))
$(OUT)/libsupport.a: $(call objects,$(SUPPORT))
$(OUT)/libcli.a: $(call objects,$(filter-out daemon/cli/main.c daemon/cli/cebridge.c,$(CLI)))
$(OUT)/lib%.a:
	@rm -f $@
	$(Q)ar rcs $@ $^

# The core is pure: nothing of the loop, the network, the database or the clock may be named in it.
pure: $(OUT)/libcore.a
	$(Q)! nm -u $< | grep -E ' (uv_|curl_|sqlite3_|sd_|MHD_|time$$|clock_gettime|printf$$|fopen|open$$)'

# What daemon/memory.c stands in front of, in each program that is installed.
NEVER_NULL := malloc calloc realloc strdup strndup getline __getdelim
$(OUT)/cebridged $(OUT)/cebridge $(OUT)/cebridge-verify: private LINK += $(NEVER_NULL:%=-Wl,--wrap=%)
$(OUT)/cebridged: $(call objects,daemon/cebridged.c daemon/memory.c) $(LIBS)
# For auditors: the files of the log and the key are all it needs, no state and no network.
$(OUT)/cebridge-verify: $(call objects,daemon/cebridge_verify.c daemon/memory.c daemon/store/chain_check.c \
        daemon/store/chain_files.c daemon/store/chain_line.c daemon/store/chain_mac.c) $(OUT)/libcore.a
	$(Q)$(CC) $(FLAGS) $^ -o $@ $(LINK) $(CORE_LIBS)
$(OUT)/cebridge: $(call objects,$(CLI) daemon/memory.c) $(LIBS)
$(OUT)/platformd: $(call objects,$(PLATFORM)) $(OUT)/libcore.a
$(OUT)/tests/scenario/runner: $(call objects,$(SCENARIO)) $(LIBS)
$(PROGRAMS) $(SCENARIO_RUNNER):
	$(Q)$(CC) $(FLAGS) $^ -o $@ $(LINK) $(ALL_LIBS)

$(OUT)/locale/%/LC_MESSAGES/cebridge.mo: daemon/po/%.po
	@mkdir -p $(@D)
	$(Q)msgfmt --check -o $@ $<

# Put in front of a program by a test of crashes.
PRELOADED := $(patsubst tests/crash/%.c,$(OUT)/%.so,$(wildcard tests/crash/*.c))
$(OUT)/%.so: tests/crash/%.c
	$(Q)$(CC) $(CSTD) $(WARN) -O2 -g -shared -fPIC $< -o $@

# Unit tests of the daemon's rooms may use all; those of the core, also daemon/sync's, the core alone.
CORE_UNIT := $(foreach test,$(UNIT),$(if $(wildcard daemon/sync/$(notdir $(test:_test.c=.c))),$(test:%.c=$(OUT)/%)))
$(CORE_UNIT): $(OUT)/%: $(OUT)/%.o $(OUT)/libcore.a
	$(Q)$(CC) $(FLAGS) $^ -o $@ $(LINK) $(CORE_LIBS) -lcmocka
$(OUT)/tests/unit/daemon/%_test: $(OUT)/tests/unit/daemon/%_test.o $(OUT)/libsupport.a $(OUT)/libcli.a $(LIBS)
	$(Q)$(CC) $(FLAGS) $^ -o $@ $(LINK) $(ALL_LIBS) -lcmocka
$(OUT)/tests/unit/platform/%_test: $(OUT)/tests/unit/platform/%_test.o \
        $(call objects,$(filter-out %/main.c,$(PLATFORM))) $(OUT)/libcore.a
	$(Q)$(CC) $(FLAGS) $^ -o $@ $(LINK) $(ALL_LIBS) -lcmocka
$(OUT)/tests/unit/%_test: $(OUT)/tests/unit/%_test.o $(OUT)/libcore.a
	$(Q)$(CC) $(FLAGS) $^ -o $@ $(LINK) $(CORE_LIBS) -lcmocka
$(OUT)/tests/sim/run_sim: $(OUT)/tests/sim/run_sim.o $(OUT)/libcore.a
	$(Q)$(CC) $(FLAGS) $^ -o $@ $(LINK) $(CORE_LIBS) -lcmocka -lm
# What tests/sim/definitions.c stands in front of.
SHARED_ONCE := definition_load definition_free mapping_load mapping_free
# The whole bridge and both platforms in one process: the simulation's loop, wire and clocks stand in for the
# real ones, which are then not taken out of the libraries.
$(filter-out %/run_sim,$(SIM_PROGRAMS)): %: %.o $(SIM_OBJECTS) $(IN_PROCESS) $(LIBS)
	$(Q)$(CC) $(FLAGS) $^ -o $@ $(LINK) $(SHARED_ONCE:%=-Wl,--wrap=%) $(ALL_LIBS)
$(OUT)/%_fuzz_replay: $(OUT)/%_fuzz.o $(OUT)/tests/fuzz/replay_main.o $(OUT)/libcli.a $(LIBS)
	$(Q)$(CC) $(FLAGS) $^ -o $@ $(LINK) $(ALL_LIBS)
$(OUT)/%_fuzz: $(OUT)/%_fuzz.o $(OUT)/libcli.a $(LIBS)
	$(Q)$(CC) $(FLAGS) $^ -o $@ $(LINK) $(ALL_LIBS)
$(OUT)/tests/bench/%: $(OUT)/tests/bench/%.o $(LIBS)
	$(Q)$(CC) $(FLAGS) $^ -o $@ $(LINK) $(ALL_LIBS)

# The core's tests are built and run first: a daemon that does not link hides nothing of theirs.
unit: $(UNIT_PROGRAMS)
	$(Q)tests/support/run.sh $(OUT) $(UNIT_PROGRAMS)

# Some tests of crashes take the programs as they are installed.
check: packages
	$(Q)$(PARALLEL) VARIANT=release programs $(PRELOADED:$(OUT)/%=build/release/%)
	$(Q)$(PARALLEL) VARIANT=asan check-all

check-all: pure $(UNIT_PROGRAMS) $(SIM_PROGRAMS) $(REPLAY_PROGRAMS) $(SCENARIO_RUNNER) \
           $(if $(SCRIPTS)$(SCENARIO),programs $(PRELOADED))
	$(Q)tests/support/run.sh $(OUT) $(LONG) $(filter-out $(LONG),$(SIM_PROGRAMS) $(SCENARIO_RUNNER) $(SCRIPTS) \
	  $(REPLAY_PROGRAMS) $(UNIT_PROGRAMS))

# These take longest, so that they begin first.
LONG := $(filter %/property_sim %/lost_answer_sim,$(SIM_PROGRAMS)) \
        $(filter $(addprefix tests/,crash/step_sweep.py crash/power_cut.py crash/failing_disk.py system/faults_test.py \
          system/stories_test.py sim/decode_all.sh crash/failing_allocation.py system/guards_test.py),$(SCRIPTS))

# Each source: gcc and clang without a warning; what is no test, clang-tidy and cppcheck; each header alone with both.
LINTED := $(SOURCES:%.c=build/lint/%.ok)
HEADERS = $(shell git ls-files -co --exclude-standard '*.h')
build/lint/%.ok: %.c .clang-tidy
	@mkdir -p $(@D)
	$(Q)gcc $(CSTD) $(WARN) -Werror $(if $(filter tests/%,$<),-Wno-dangling-pointer) -O2 -MMD -MP -MT $@ -MF $(@:.ok=.d) -c $< -o $(@:.ok=.o)
	$(Q)clang $(CSTD) $(WARN) -Werror $(if $(filter tests/%,$<),-Wno-unused-but-set-variable) -fsyntax-only $<
	$(Q)$(if $(filter tests/%,$<),,timeout 180 clang-tidy --quiet $< -- $(CSTD) 2>/dev/null)
	@touch $@
lint-files: $(LINTED)

headers:
	$(Q)printf '%s\n' $(HEADERS) | xargs -P $(JOBS) -I{} sh -c 'for cc in gcc clang; do \
	  $$cc $(CSTD) $(WARN) -Werror -Wno-unused-function -fsyntax-only -x c {} || exit 255; done'

lint: packages headers
	$(Q)tests/support/includes.sh
	$(Q)tests/support/consistency.py
	$(Q)# cppcheck 2.10 cannot parse a compound literal behind '?'; the compilers can
	$(Q)timeout 300 cppcheck --quiet -j $(JOBS) --suppress=internalAstError --std=c11 --error-exitcode=1 \
	  --inline-suppr -I. --enable=warning,portability,performance $(CORE) $(STATE) $(DAEMON) $(CLI)
	$(Q)$(PARALLEL) -k lint-files

fmt:
	$(Q)clang-format -i $(SOURCES) $(HEADERS)

fuzz: packages
	$(Q)$(PARALLEL) VARIANT=fuzz CC=clang $(FUZZ:%.c=build/fuzz/%)
	$(Q)printf '%s\n' $(FUZZ:tests/fuzz/%_fuzz.c=%) | xargs -P $(JOBS) -I{} tests/fuzz/run.sh {} $(FUZZ_SECONDS)

bench-peers: all
	$(Q)CEBRIDGE_BUILD=$(abspath $(OUT)) tests/bench/peers.sh

bench: all $(patsubst %.c,$(OUT)/%,$(BENCH))
	$(Q)CEBRIDGE_BUILD=$(abspath $(OUT)) tests/bench/run.sh
demo: all
	$(Q)CEBRIDGE_BUILD=$(abspath $(OUT)) tests/support/demo.sh
soak: all $(OUT)/tests/sim/property_sim
	$(Q)CEBRIDGE_BUILD=$(abspath $(OUT)) tests/support/soak.sh

# The service under a real systemd, in a tree that is thrown away; says so where that is not possible.
systemd-check: all
	$(Q)tests/systemd/check.sh $(OUT)

cov: packages
	$(Q)$(PARALLEL) VARIANT=release programs $(PRELOADED:$(OUT)/%=build/release/%)
	$(Q)$(PARALLEL) VARIANT=cov check-all
	$(Q)tests/support/coverage.sh build/cov

# The units name the programs where they are installed.
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(UNITS) \
	  $(DESTDIR)$(PREFIX)/lib/sysusers.d $(DESTDIR)$(PREFIX)/lib/tmpfiles.d \
	  $(DESTDIR)$(PREFIX)/lib/systemd/catalog \
	  $(addprefix $(DESTDIR)$(PREFIX)/share/cebridge/,connectors mapping)
	install -m 755 $(OUT)/cebridged $(DESTDIR)$(PREFIX)/sbin
	install -m 755 $(OUT)/cebridge $(OUT)/cebridge-verify $(DESTDIR)$(PREFIX)/bin
	for room in connectors mapping; do for file in $$room/*.json; do [ ! -e $$file ] || \
	  install -m 644 $$file $(DESTDIR)$(PREFIX)/share/cebridge/$$room || exit 1; done; done
	for unit in cebridged.service cebridged.socket; do \
	  sed 's|@PREFIX@|$(PREFIX)|g' systemd/$$unit >$(DESTDIR)$(UNITS)/$$unit || exit 1; done
	install -m 644 systemd/cebridge.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/cebridge.conf
	install -m 644 systemd/cebridge.tmpfiles $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/cebridge.conf
	install -m 644 systemd/cebridge.catalog $(DESTDIR)$(PREFIX)/lib/systemd/catalog
	for page in docs/*.[158]; do [ ! -e $$page ] || \
	  install -D -m 644 $$page $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$${page##*/}; done
	[ ! -d $(OUT)/locale ] || cp -r $(OUT)/locale $(DESTDIR)$(PREFIX)/share

clean:
	rm -rf build

.SECONDARY:
-include $(patsubst %.c,$(OUT)/%.d,$(SOURCES)) $(LINTED:.ok=.d)
