/*
 * replay.c - run a fuzzer over the files of a directory, one test each; the ordinary
 * test run does so with the corpus.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "fuzz.h"

#define FILE_BYTES_MAX ((size_t)1 << 20)

static bool
replay(const char *directory, const char *name)
{
    struct spt_bytes bytes = {0};
    char path[4096];

    snprintf(path, sizeof path, "%s/%s", directory, name);
    if (spt_file_read(path, FILE_BYTES_MAX, &bytes, NULL) != SEPTUM_OK)
        return false;
    LLVMFuzzerTestOneInput(bytes.at, bytes.count);
    spt_bytes_clear(&bytes);
    return true;
}

static int
is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

int
main(int argc, char **argv)
{
    struct dirent **entries = NULL;
    int count = argc == 2 ? scandir(argv[1], &entries, is_visible, alphasort) : 0;
    int failed = 0;

    if (count < 1) {
        fprintf(stderr, "usage: replay DIRECTORY, one that holds files\n");
        return 2;
    }
    printf("1..%d\n", count);
    for (int i = 0; i < count; i++) {
        bool fine = replay(argv[1], entries[i]->d_name);

        failed += !fine;
        printf("%s %d - %s\n", fine ? "ok" : "not ok", i + 1, entries[i]->d_name);
        fflush(stdout); /* what comes next may abort */
        free(entries[i]);
    }
    free(entries);
    return failed > 0;
}
