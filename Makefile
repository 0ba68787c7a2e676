# cebridge. `make` builds, `make check` tests, `make lint` reads; V=1 shows the commands.
# Objects stand in build/VARIANT; the user's CFLAGS and LDFLAGS come last.
VARIANT ?= release
CC ?= gcc
OUT := build/$(VARIANT)
Q := $(if $(V),,@)

CSTD := -std=c11 -D_GNU_SOURCE -I.
WARN := -Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wswitch-enum -Wvla \
        -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wwrite-strings \
        $(if $(WERROR),-Werror)
release_FLAGS := -O2 -g -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection -fPIE
release_LINK := -pie -Wl,-z,relro,-z,now
asan_FLAGS := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
asan_LINK := -fsanitize=address,undefined
FLAGS := $(CSTD) $(WARN) $($(VARIANT)_FLAGS) $(CFLAGS)
LINK := $($(VARIANT)_LINK) $(LDFLAGS)
CORE_LIBS := -ljansson -lcrypto -lutf8proc

CORE := $(wildcard mapping/base/*.c mapping/*.c connectors/*.c daemon/sync/*.c)
CORE_OBJECTS := $(CORE:%.c=$(OUT)/%.o)
UNIT := $(wildcard tests/unit/*/*_test.c)
UNIT_PROGRAMS := $(UNIT:%.c=$(OUT)/%)

.PHONY: all check unit lint headers pure packages clean
all: packages
	$(Q)$(MAKE) --no-print-directory $(OUT)/libcore.a pure

packages:
	$(Q)tests/support/packages.sh

$(OUT)/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(FLAGS) -MMD -MP -c $< -o $@

$(OUT)/libcore.a: $(CORE_OBJECTS)
	@rm -f $@
	$(Q)ar rcs $@ $^

# The core is pure: nothing of the loop, the network or the database may be named in it.
pure: $(OUT)/libcore.a
	$(Q)! nm -u $< | grep -E ' (uv_|curl_|sqlite3_|sd_|MHD_|time$$|clock_gettime|printf$$|fopen|open$$)'

$(OUT)/tests/unit/%_test: $(OUT)/tests/unit/%_test.o $(OUT)/libcore.a
	$(Q)$(CC) $(FLAGS) $^ -o $@ $(LINK) $(CORE_LIBS) -lcmocka

unit: $(UNIT_PROGRAMS)
	$(Q)tests/support/run.sh $(UNIT_PROGRAMS)

check: packages
	$(Q)$(MAKE) --no-print-directory VARIANT=asan unit

headers:
	$(Q)for header in $$(git ls-files '*.h'); do \
	  for cc in gcc clang; do $$cc $(CSTD) $(WARN) -Werror -fsyntax-only -x c $$header || exit 1; done; done

lint: packages headers
	$(Q)tests/support/includes.sh
	$(Q)for cc in gcc clang; do $(MAKE) --no-print-directory CC=$$cc WERROR=1 VARIANT=release \
	  OUT=build/lint-$$cc build/lint-$$cc/libcore.a || exit 1; done
	$(Q)# 2.10 cannot parse a compound literal behind '?'; the compilers can
	$(Q)cppcheck --quiet --suppress=internalAstError --std=c11 --error-exitcode=1 --inline-suppr -I. \
	  --enable=warning,portability,performance $(CORE)
	$(Q)clang-tidy --quiet $(CORE) -- $(CSTD)

clean:
	rm -rf build

-include $(CORE_OBJECTS:.o=.d) $(UNIT:%.c=$(OUT)/%.d)
