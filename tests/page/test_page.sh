#!/bin/sh
# The page in a browser against $SEPTUM, the program; without it, against a stand-in.
# Arguments choose tests by words of their names.  Prints TAP.
#
#     SEPTUM_SHOTS=DIR      write a picture of each state there
#     SEPTUM_STROKES=20000  the length of the long session
#     SEPTUM_KILLS=100      how often the server is killed in the middle of a stroke
cd "$(dirname "$0")" || exit 1
for program in node chromium; do
    if ! command -v $program >/dev/null; then
        echo "1..0 # SKIP $program is not installed"
        exit 0
    fi
done
if [ ! -d node_modules/playwright-core ]; then
    echo '1..0 # SKIP playwright-core is not installed: tools/setup --tests'
    exit 0
fi
exec node test_page.mjs "$@"
