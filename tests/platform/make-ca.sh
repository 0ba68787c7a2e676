#!/bin/sh
# A throw-away certificate authority and server certificates for the reference platforms, in a
# folder: ca.pem, server.pem + server.key (127.0.0.1, localhost), expired.pem + expired.key,
# other.pem + other.key (for another name). They hold for 30 days, or $CA_DAYS; the
# authority's name is $CA_NAME. usage: make-ca.sh FOLDER
set -eu
folder=${1:?usage: make-ca.sh FOLDER}
mkdir -p "$folder"
cd "$folder"
umask 077

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days "${CA_DAYS:-30}" \
    -subj "/CN=${CA_NAME:-test authority}" -keyout ca.key -out ca.pem 2>/dev/null

# name, subject alternative names, further arguments of `openssl ca`
issue() {
    name=$1 names=$2
    shift 2
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
        -subj "/CN=$name" -keyout "$name.key" -out "$name.csr" 2>/dev/null
    printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n' \
        "$names" >"$name.ext"
    openssl ca -batch -notext -config authority.conf -extfile "$name.ext" "$@" \
        -in "$name.csr" -out "$name.pem" 2>/dev/null
    rm -f "$name.csr" "$name.ext"
}

cat >authority.conf <<CONF
[ca]
default_ca = test
[test]
dir = .
database = issued.txt
new_certs_dir = .
serial = serial
certificate = ca.pem
private_key = ca.key
default_md = sha256
default_days = ${CA_DAYS:-30}
policy = any
unique_subject = no
[any]
commonName = supplied
CONF
: >issued.txt
echo 1000 >serial

issue server "IP:127.0.0.1,DNS:localhost"
issue expired "IP:127.0.0.1,DNS:localhost" -startdate 20200101000000Z -enddate 20200201000000Z
issue other "DNS:other.example"
rm -f 10??.pem issued.txt* serial* authority.conf
