/*
 * private.h - what a project is, for the files of this folder.
 */
#ifndef SEPTUM_PROJECT_PRIVATE_H
#define SEPTUM_PROJECT_PRIVATE_H

#include "project/database.h"

struct spt_project {
    struct spt_database database;
    char *folder; /* real path of the folder that the file is in */
};

#endif
