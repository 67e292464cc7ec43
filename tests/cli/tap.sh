# tap.sh - what the tests of the command line share; sourced by each of them.
#
# The program under test is $SEPTUM.  Every test has an empty directory of its own,
# $work, and prints TAP; a test program ends with finish.

here=$(cd "$(dirname "$0")" && pwd)
: "${SEPTUM:?say where the septum program is}"
[ -x "$SEPTUM" ] || { echo "Bail out! $SEPTUM is not a program"; exit 1; }
work=$(mktemp -d "${TMPDIR:-/tmp}/septum-cli.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export XDG_CACHE_HOME="$work/.cache" # what bench found for the user has no say here
out=$work/.out
err=$work/.err
status=0
tests=0
failed=0

# Run the program; $status is its exit status, $out and $err are what it printed.
septum() {
    "$SEPTUM" "$@" >"$out" 2>"$err" </dev/null
    status=$?
}

# check NAME COMMAND...: a test that passes when the command succeeds.
check() {
    name=$1
    shift
    tests=$((tests + 1))
    if "$@"; then
        echo "ok $tests - $name"
    else
        failed=$((failed + 1))
        echo "not ok $tests - $name"
        echo "# failed: $*"
        echo "# exit status $status, standard output and error:"
        sed 's/^/# 1: /' "$out" 2>/dev/null
        sed 's/^/# 2: /' "$err" 2>/dev/null
    fi
}

skip() { # NAME REASON
    tests=$((tests + 1))
    echo "ok $tests - $1 # SKIP $2"
}

finish() {
    echo "1..$tests"
    exit $((failed > 0))
}

# ---- conditions, for check --------------------------------------------------------

# exited STATUS TEXT: the last run ended so, and said TEXT in one line on standard error
# and nothing on standard output.
exited() {
    [ "$status" -eq "$1" ] && [ ! -s "$out" ] && [ "$(wc -l <"$err")" -eq 1 ] &&
        grep -q '^septum' "$err" && grep -qF -e "$2" "$err"
}

succeeded() {
    [ "$status" -eq 0 ]
}

# No file of any name in or under these directories (which need not be there).
holds_no_file() {
    [ -z "$(find "$@" -type f 2>/dev/null)" ]
}

# json_is KEY VALUE...: the last run printed one JSON object in which each KEY is its
# VALUE, a number (within 1e-6), a string or null.
json_is() {
    python3 - "$out" "$@" <<'PYTHON'
import json, sys
try:
    found = json.load(open(sys.argv[1]))
except ValueError as fault:
    sys.exit(f"# not JSON: {fault}")
for key, want in zip(sys.argv[2::2], sys.argv[3::2]):
    value = found.get(key, "(missing)")
    if value is None or isinstance(value, str):
        same = want == (value or "null")
    else:
        same = want != "null" and abs(value - float(want)) < 1e-6
    if not same:
        sys.exit(f"# {key} is {value}, not {want}")
PYTHON
}

# json_has KEY...: the last run printed one JSON object with exactly these keys.
json_has() {
    python3 - "$out" "$@" <<'PYTHON'
import json, sys
try:
    found = json.load(open(sys.argv[1]))
except ValueError as fault:
    sys.exit(f"# not JSON: {fault}")
wrong = set(found) ^ set(sys.argv[2:])
sys.exit(f"# missing or too many: {sorted(wrong)}" if wrong else 0)
PYTHON
}

# image FILE KIND HEIGHT WIDTH VALUE...: make an image; see make_image.py.
image() {
    python3 "$here/make_image.py" "$@"
}
