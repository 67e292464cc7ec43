# embed.sh OUTPUT FILE...: a C file with the bytes of each file in the table of page.h.
set -eu
output=$1
shift
{
    echo '#include "server/page.h"'
    number=0
    for file; do
        echo "static const unsigned char file$number[] = {"
        od -An -v -tu1 "$file" | sed 's/  */,/g; s/^,//; s/$/,/'
        echo '0};'
        number=$((number + 1))
    done
    echo 'const struct spt_page_file spt_page_files[] = {'
    number=0
    for file; do
        echo "{\"${file##*/}\", file$number, sizeof file$number - 1},"
        number=$((number + 1))
    done
    echo '{0}};'
} >"$output.part"
mv "$output.part" "$output"
