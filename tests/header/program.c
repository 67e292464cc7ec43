/*
 * A program on septum.h alone: it must compile as C11 and as C++17, twice included, and
 * link and run against the installed library.  Prints the version.
 */
#include "septum.h"

#include <stdio.h>

int
main(void)
{
    struct septum_error err;
    struct septum_model *model = NULL;
    struct septum_score score; /* named as a function is, which C++ has to be told */

    (void)score;
    if (septum_model_load("/no/such/model.onnx", &model, &err) != SEPTUM_EIO ||
        model != NULL || err.text[0] == '\0')
        return 1;
    septum_model_free(model);
    return puts(septum_version()) < 0;
}
