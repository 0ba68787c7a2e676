#!/bin/sh
# Includes go one way: daemon → connectors → mapping → mapping/base, and the core's daemon/sync never
# includes the rooms at the edge.
bad=0
refuse() { # folder, pattern of what it may not include
    if grep -rnE "#include \"($2)" "$1" --include='*.[ch]' 2>/dev/null; then
        echo "  $1 may not include these"
        bad=1
    fi
}
refuse mapping/base 'connectors/|daemon/|mapping/[a-z_]+\.h'
refuse mapping 'connectors/|daemon/'
refuse connectors 'daemon/'
refuse daemon/sync 'daemon/(store|net|work|cli|view|action)/'
refuse daemon/store 'daemon/(net|work|cli|view|action)/'
refuse tests/platform 'connectors/|daemon/|mapping/[a-z_]+\.h'
exit $bad
