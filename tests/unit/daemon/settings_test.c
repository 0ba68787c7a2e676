/* Settings: what loads, and what a wrong one is answered with (operators.md, "Files and
 * processes"). */
#include "daemon/settings.h"
#include "daemon/settings_table.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/settings_test.XXXXXX");
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command); /* NOLINT: a folder of our own */
}

static const char *path_of(const char *name)
{
    static char path[2][256];
    static int turn;
    turn = !turn;
    (void)snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

static const char *write_file(const char *name, const char *text, mode_t mode)
{
    const char *path = path_of(name);
    FILE *to = fopen(path, "we");
    assert_non_null(to);
    assert_int_equal(fwrite(text, 1, strlen(text), to), strlen(text));
    assert_int_equal(fclose(to), 0);
    assert_int_equal(chmod(path, mode), 0);
    return path;
}

static enum status load(const char *text, struct settings *settings, struct fault *fault)
{
    return settings_load(write_file("cebridge.conf", text, 0644), settings, fault);
}

/* The socket's name has room for 107 bytes; what stands in the file may be shorter. */
static void a_relative_socket_that_becomes_too_long_is_refused_with_its_place(void **state)
{
    char text[256];
    struct settings settings;
    struct fault fault = {0};
    (void)state;
    (void)snprintf(text, sizeof text, "[bridge]\nregion = 3716\ncontrol_socket = %0100d\n", 1);
    assert_int_equal(load(text, &settings, &fault), STATUS_INVALID);
    assert_int_equal(fault.line, 3);
    assert_string_equal(fault.key, "bridge.control_socket");
    settings_free(&settings);
}

/* holds: guard.observe */
static void defaults_are_those_of_the_manual(void **state)
{
    (void)state;
    struct settings settings;
    struct fault fault = {0};
    assert_int_equal(load("[bridge]\nregion = 3716\n", &settings, &fault), STATUS_OK);
    assert_int_equal(settings.mode, MODE_OBSERVE);
    assert_string_equal(settings.region, "3716");
    assert_string_equal(settings.state_dir, "/var/lib/cebridge");
    assert_string_equal(settings.log_dir, "/var/log/cebridge");
    assert_string_equal(settings.control_socket, "/run/cebridge/control.sock");
    assert_string_equal(settings.connectors_dir, "/etc/cebridge/connectors");
    assert_string_equal(settings.mapping_dir, "/etc/cebridge/mapping");
    assert_string_equal(settings.log_key_file, "/etc/cebridge/log.key");
    assert_int_equal(settings.create_accounts, CREATE_APPROVED);
    assert_int_equal(settings.transfer_hours, TRANSFER_FINAL);
    assert_int_equal(settings.stale_after_ms, 3600000);
    assert_int_equal(settings.log_hash, 1);
    assert_int_equal(settings.log_keep_ms, 180 * INT64_C(86400000));
    assert_int_equal(settings.log_keep_movements_ms, 1096 * INT64_C(86400000));
    assert_string_equal(settings.platform[MUNICIPAL].definition, "municipal");
    assert_string_equal(settings.platform[PROVINCIAL].definition, "provincial");
    assert_string_equal(settings.platform[MUNICIPAL].secret_file, "/etc/cebridge/municipal.secret");
    assert_string_equal(settings.platform[MUNICIPAL].ca_file, "");
    assert_int_equal(settings.platform[PROVINCIAL].rate, 50);
    assert_int_equal(settings.platform[PROVINCIAL].parallel, 4);
    assert_int_equal(settings.incremental_ms, 60000);
    assert_int_equal(settings.full_minute, 150);
    assert_int_equal(settings.overlap_ms, 600000);
    assert_int_equal(settings.settle_ms, 60000);
    assert_int_equal(settings.max_revocations_centi, 100);
    assert_int_equal(settings.min_revocations, 20);
    assert_int_equal(settings.max_updates_centi, 1000);
    assert_int_equal(settings.min_updates, 200);
    assert_int_equal(settings.min_listing_centi, 9000);
    assert_int_equal(settings.release_by, 1);
    assert_string_equal(settings.console_listen, "127.0.0.1:8470");
    settings_free(&settings);
}

static const char *const example =
    "\xEF\xBB\xBF; a comment\r\n"
    "[bridge]\r\n"
    "mode = write                          ; observe (default) | write\n"
    "region=3716\n"
    "  state_dir = state  # beside this file\n"
    "create_accounts = any\n"
    "stale_after = 1h 30min\n"
    "memory = 64 MiB\n"
    "[log]\n"
    "hash = sha256\n"
    "rotate = 1 MiB\n"
    "keep = 400 d\n"
    "\n"
    "[municipal]\n"
    "url = https://127.0.0.1:9441/\n"
    "key_id = app;001\n"
    "secret_file = ../secrets/municipal\n"
    "rate = 20/s\n"
    "[schedule]\n"
    "incremental = 1500 ms\n"
    "full = 23:59\n"
    "settle = 0\n"
    "[guard]\n"
    "max_revocations = 0.5 %\n"
    "min_revocations = 3\n"
    "[console]\n"
    "listen =    ; off\n";

static void units_comments_and_relative_paths_are_read(void **state)
{
    (void)state;
    struct settings settings;
    struct fault fault = {0};
    enum status status = load(example, &settings, &fault);
    assert_string_equal(fault.read, "");
    assert_int_equal(status, STATUS_OK);
    assert_int_equal(settings.mode, MODE_WRITE);
    assert_string_equal(settings.state_dir, path_of("state"));
    assert_int_equal(settings.create_accounts, CREATE_ANY);
    assert_int_equal(settings.stale_after_ms, 5400000);
    assert_int_equal(settings.memory_bytes, 64 << 20);
    assert_int_equal(settings.log_hash, 0);
    assert_int_equal(settings.log_rotate_bytes, 1024 * 1024);
    assert_int_equal(settings.log_keep_ms, 400 * INT64_C(86400000));
    assert_string_equal(settings.platform[MUNICIPAL].url, "https://127.0.0.1:9441");
    assert_string_equal(settings.platform[MUNICIPAL].key_id, "app;001");
    assert_string_equal(settings.platform[MUNICIPAL].secret_file, path_of("../secrets/municipal"));
    assert_int_equal(settings.platform[MUNICIPAL].rate, 20);
    assert_int_equal(settings.incremental_ms, 1500);
    assert_int_equal(settings.full_minute, 23 * 60 + 59);
    assert_int_equal(settings.settle_ms, 0);
    assert_int_equal(settings.max_revocations_centi, 50);
    assert_int_equal(settings.min_revocations, 3);
    assert_string_equal(settings.console_listen, "");
    settings_free(&settings);
}

struct wrong {
    const char *text;
    int line;
    const char *key, *read, *allowed; /* allowed: a part of it */
};

static const struct wrong wrongs[] = {
    {"[bridge]\nmode = write\n", 0, "bridge.region", "", "2 to 12 digits"},
    {"[bridge]\nregion = 3716\n\nmode = writ\n", 4, "bridge.mode", "writ", "observe, write"},
    {"[bridge]\nregion = 37x6\n", 2, "bridge.region", "37x6", "digits"},
    {"[bridge]\nregoin = 3716\n", 2, "bridge.regoin", "regoin", "region is the nearest"},
    {"[bridge]\nincremental = 60 s\n", 2, "bridge.incremental", "incremental",
     "[schedule] incremental is the nearest"},
    {"[scheduel]\n", 1, "section", "scheduel", "[schedule] is the nearest"},
    {"[bridge\n", 1, "section", "[bridge", "[name]"},
    {"region = 3716\n", 1, "", "region", "[section]"},
    {"[bridge]\nregion\n", 2, "bridge", "region", "key = value"},
    {"[bridge]\nregion = 3716\nregion = 3717\n", 3, "bridge.region", "3717", "once"},
    {"[schedule]\nincremental = 60 x\n", 2, "schedule.incremental", "60 x", "ms, s, min, h, d"},
    {"[schedule]\nincremental = 0 s\n", 2, "schedule.incremental", "0 s", "1 s to 1 d"},
    {"[schedule]\nincremental = 99999999999999999999 s\n", 2, "schedule.incremental",
     "99999999999999999999 s", "1 s to 1 d"},
    {"[schedule]\nincremental = -1 s\n", 2, "schedule.incremental", "-1 s", "1 s"},
    {"[schedule]\nfull = 24:00\n", 2, "schedule.full", "24:00", "00:00 to 23:59"},
    {"[schedule]\nfull = 2:30\n", 2, "schedule.full", "2:30", "00:00 to 23:59"},
    {"[guard]\nmax_updates = 10\n", 2, "guard.max_updates", "10", "0 % to 100 %"},
    {"[guard]\nmax_updates = 101 %\n", 2, "guard.max_updates", "101 %", "0 % to 100 %"},
    {"[guard]\nmin_updates = many\n", 2, "guard.min_updates", "many", "whole number"},
    {"[bridge]\nmemory = 1 MB\n", 2, "bridge.memory", "1 MB", "MiB"},
    {"[municipal]\nrate = 0/s\n", 2, "municipal.rate", "0/s", "1/s to 10000/s"},
    {"[municipal]\nurl = ftp://x\n", 2, "municipal.url", "ftp://x", "https://host[:port]"},
    {"[municipal]\nurl = https://u:p@x\n", 2, "municipal.url", "https://u:p@x", "https://host"},
    {"[municipal]\nurl = https://x/api\n", 2, "municipal.url", "https://x/api", "nothing behind"},
    {"[log]\nkeep = 179 d\n", 2, "log.keep", "179 d", "180 d to 36500 d"},
    {"[log]\nkeep_movements = 1095 d\n", 2, "log.keep_movements", "1095 d", "1096 d to 36500 d"},
    {"[log]\nhash = md5\n", 2, "log.hash", "md5", "sha256, sm3"},
    {"[provincial]\nsecret_file =\n", 2, "provincial.secret_file", "", "a path"},
};

static void a_wrong_setting_is_told_with_line_key_read_and_allowed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
        const struct wrong *wrong = &wrongs[i];
        struct settings settings;
        struct fault fault = {0};
        print_message("%zu %s\n", i, wrong->key);
        assert_int_equal(load(wrong->text, &settings, &fault), STATUS_INVALID);
        assert_string_equal(fault.file, path_of("cebridge.conf"));
        assert_int_equal(fault.line, wrong->line);
        assert_string_equal(fault.key, wrong->key);
        assert_string_equal(fault.read, wrong->read);
        if (strstr(fault.allowed, wrong->allowed) == NULL)
            assert_string_equal(fault.allowed, wrong->allowed);
        settings_free(&settings);
    }
}

static void drop_ins_overrule_in_order_of_name(void **state)
{
    (void)state;
    struct settings settings;
    struct fault fault = {0};
    assert_int_equal(mkdir(path_of("cebridge.conf.d"), 0755), 0);
    (void)write_file("cebridge.conf.d/20.conf", "[schedule]\nincremental = 20 s\n", 0644);
    (void)write_file("cebridge.conf.d/10.conf", "[schedule]\nincremental = 10 s\n", 0644);
    (void)write_file("cebridge.conf.d/30.conf.bak", "[nonsense]\n", 0644);
    assert_int_equal(load("[bridge]\nregion = 3716\n", &settings, &fault), STATUS_OK);
    assert_int_equal(settings.incremental_ms, 20000);
    settings_free(&settings);
    (void)write_file("cebridge.conf.d/20.conf", "[schedule]\nincremental = x\n", 0644);
    assert_int_equal(load("[bridge]\nregion = 3716\n", &settings, &fault), STATUS_INVALID);
    assert_string_equal(fault.file, path_of("cebridge.conf.d/20.conf"));
    assert_int_equal(fault.line, 2);
    settings_free(&settings);
}

static void a_missing_file_is_told(void **state)
{
    (void)state;
    struct settings settings;
    struct fault fault = {0};
    assert_int_equal(settings_load(path_of("none.conf"), &settings, &fault), STATUS_NOT_FOUND);
    assert_string_equal(fault.file, path_of("none.conf"));
    settings_free(&settings);
}

static void what_is_printed_loads_again_and_is_the_same(void **state)
{
    (void)state;
    struct settings settings;
    struct fault fault = {0};
    char *once = NULL, *twice = NULL;
    size_t size;
    assert_int_equal(load(example, &settings, &fault), STATUS_OK);
    FILE *to = open_memstream(&once, &size);
    settings_print(&settings, to);
    assert_int_equal(fclose(to), 0);
    settings_free(&settings);
    enum status status = load(once, &settings, &fault);
    assert_string_equal(fault.key, "");
    assert_int_equal(status, STATUS_OK);
    to = open_memstream(&twice, &size);
    settings_print(&settings, to);
    assert_int_equal(fclose(to), 0);
    assert_string_equal(once, twice);
    settings_free(&settings);
    free(once);
    free(twice);
}

static void secrets_need_a_strict_mode_and_lose_one_newline(void **state)
{
    (void)state;
    struct fault fault = {0};
    char *text = NULL;
    size_t size = 0;
    const char *path = write_file("open.secret", "abc\n", 0640);
    assert_int_equal(settings_read_secret(path, "municipal.secret_file", &text, &size, &fault),
                     STATUS_INVALID);
    assert_string_equal(fault.key, "municipal.secret_file");
    assert_string_equal(fault.read, "mode 0640");
    path = write_file("good.secret", "abc\n\n", 0400);
    assert_int_equal(settings_read_secret(path, "k", &text, &size, &fault), STATUS_OK);
    assert_string_equal(text, "abc\n");
    assert_int_equal(size, 4);
    free(text);
    path = write_file("empty.secret", "\n", 0600);
    assert_int_equal(settings_read_secret(path, "k", &text, &size, &fault), STATUS_INVALID);
    assert_int_equal(settings_read_secret(path_of("no.secret"), "k", &text, &size, &fault),
                     STATUS_NOT_FOUND);
    assert_int_equal(settings_read_secret(folder, "k", &text, &size, &fault), STATUS_INVALID);
}

static void a_credential_comes_before_the_file(void **state)
{
    (void)state;
    struct fault fault = {0};
    char *text = NULL;
    size_t size = 0;
    assert_int_equal(mkdir(path_of("credentials"), 0700), 0);
    (void)write_file("credentials/x.secret", "from systemd", 0440);
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", path_of("credentials"), 1), 0);
    assert_int_equal(settings_read_secret("/nowhere/x.secret", "k", &text, &size, &fault),
                     STATUS_OK);
    assert_string_equal(text, "from systemd");
    free(text);
    assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
}

static void the_log_key_is_64_hex_digits(void **state)
{
    (void)state;
    struct settings settings;
    struct fault fault = {0};
    struct settings_keys keys = {.has_seal = true};
    assert_int_equal(load("[bridge]\nregion = 3716\nlog_key_file = log.key\n", &settings, &fault),
                     STATUS_OK);
    (void)write_file("log.key",
                     "00112233445566778899aabbccddeeffFFEEDDCCBBAA99887766554433221100\n", 0600);
    assert_int_equal(settings_read_keys(&settings, &keys, &fault), STATUS_OK);
    assert_int_equal(keys.log[1], 0x11);
    assert_int_equal(keys.log[16], 0xff);
    assert_false(keys.has_seal);
    (void)write_file("log.key", "0011", 0600);
    assert_int_equal(settings_read_keys(&settings, &keys, &fault), STATUS_INVALID);
    assert_string_equal(fault.key, "bridge.log_key_file");
    settings_free(&settings);
}

static void ones_own_definition_comes_before_the_shipped(void **state)
{
    (void)state;
    struct settings settings;
    struct fault fault = {0};
    char *text = NULL, path[256] = "";
    size_t size = 0;
    assert_int_equal(load("[bridge]\nregion = 3716\nconnectors_dir = own\n", &settings, &fault),
                     STATUS_OK);
    assert_int_equal(mkdir(path_of("own"), 0755), 0);
    (void)write_file("own/ours.json", "{}", 0644);
    assert_int_equal(
        settings_read_definition(&settings, "connectors", "ours", &text, &size, path, &fault),
        STATUS_OK);
    assert_string_equal(text, "{}");
    assert_string_equal(path, path_of("own/ours.json"));
    free(text);
    assert_int_equal(
        settings_read_definition(&settings, "connectors", "none-such", &text, &size, path, &fault),
        STATUS_NOT_FOUND);
    assert_string_equal(fault.read, "none-such");
    assert_int_equal(settings_read_definition(&settings, "connectors", "../own/ours", &text, &size,
                                              path, &fault),
                     STATUS_INVALID);
    settings_free(&settings);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(a_relative_socket_that_becomes_too_long_is_refused_with_its_place),
        TEST(defaults_are_those_of_the_manual),
        TEST(units_comments_and_relative_paths_are_read),
        TEST(a_wrong_setting_is_told_with_line_key_read_and_allowed),
        TEST(drop_ins_overrule_in_order_of_name),
        TEST(a_missing_file_is_told),
        TEST(what_is_printed_loads_again_and_is_the_same),
        TEST(secrets_need_a_strict_mode_and_lose_one_newline),
        TEST(a_credential_comes_before_the_file),
        TEST(the_log_key_is_64_hex_digits),
        TEST(ones_own_definition_comes_before_the_shipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
