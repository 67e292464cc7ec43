#!/bin/sh
# The modules of the page that need no browser, each alone.  Prints TAP.
cd "$(dirname "$0")" || exit 1
if ! command -v node >/dev/null; then
    echo '1..0 # SKIP Node.js is not installed'
    exit 0
fi
exec node --test --test-reporter=tap unit/*.test.mjs
