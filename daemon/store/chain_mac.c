#include "daemon/store/chain_mac.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <stdlib.h>
#include <string.h>

enum { MAC_BYTES = CHAIN_HEX / 2 };

struct chain_mac {
    EVP_MAC_CTX *context; /* keeps the key between lines */
};

enum status chain_mac_new(struct slice key, enum digest_kind kind, struct chain_mac **ret)
{
    char digest[16] = "SM3";
    if (slice_empty(key))
        return STATUS_INVALID;
    if (kind == DIGEST_SHA256)
        (void)OPENSSL_strlcpy(digest, "SHA256", sizeof digest);
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    struct chain_mac *mac = calloc(1, sizeof *mac);
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    enum status status = mac == NULL || hmac == NULL ? STATUS_NO_MEMORY : STATUS_OK;
    if (status == STATUS_OK)
        mac->context = EVP_MAC_CTX_new(hmac);
    if (status == STATUS_OK && mac->context == NULL)
        status = STATUS_NO_MEMORY;
    if (status == STATUS_OK &&
        EVP_MAC_init(mac->context, (const unsigned char *)key.at, key.size, parameters) != 1)
        status = STATUS_UNSUPPORTED;
    EVP_MAC_free(hmac);
    if (status == STATUS_OK)
        *ret = mac;
    else
        chain_mac_free(mac);
    return status;
}

void chain_mac_free(struct chain_mac *mac)
{
    if (mac == NULL)
        return;
    EVP_MAC_CTX_free(mac->context);
    free(mac);
}

enum status chain_mac_line(struct chain_mac *mac, struct slice line, char ret[CHAIN_HEX + 1])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[MAC_BYTES];
    size_t size = 0;
    if (EVP_MAC_init(mac->context, NULL, 0, NULL) != 1 ||
        EVP_MAC_update(mac->context, (const unsigned char *)line.at, line.size) != 1 ||
        EVP_MAC_final(mac->context, bytes, &size, sizeof bytes) != 1 || size != sizeof bytes)
        return STATUS_NO_MEMORY;
    for (size_t index = 0; index < MAC_BYTES; index++) {
        ret[2 * index] = digits[bytes[index] >> 4];
        ret[2 * index + 1] = digits[bytes[index] & 15];
    }
    ret[CHAIN_HEX] = '\0';
    return STATUS_OK;
}

enum status chain_macs_new(struct slice key, struct chain_macs *ret)
{
    enum status status = STATUS_OK;
    *ret = (struct chain_macs){{NULL}};
    for (size_t kind = 0; kind < CHAIN_KINDS && status == STATUS_OK; kind++)
        status = chain_mac_new(key, (enum digest_kind)kind, &ret->of[kind]);
    return status;
}

void chain_macs_free(struct chain_macs *macs)
{
    for (size_t kind = 0; kind < CHAIN_KINDS; kind++)
        chain_mac_free(macs->of[kind]);
    *macs = (struct chain_macs){{NULL}};
}

enum status chain_macs_line(const struct chain_macs *macs, struct slice line,
                            struct chain_hashes *ret)
{
    enum status status = STATUS_OK;
    for (size_t kind = 0; kind < CHAIN_KINDS && status == STATUS_OK; kind++)
        status = chain_mac_line(macs->of[kind], line, ret->of[kind]);
    return status;
}

bool chain_hashes_have(const struct chain_hashes *hashes, const char *prev)
{
    for (size_t kind = 0; kind < CHAIN_KINDS; kind++) {
        if (memcmp(hashes->of[kind], prev, CHAIN_HEX) == 0)
            return true;
    }
    return false;
}
