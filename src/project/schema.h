/*
 * schema.h - the tables of a project file, and how files of older versions become new.
 */
#ifndef SEPTUM_PROJECT_SCHEMA_H
#define SEPTUM_PROJECT_SCHEMA_H

/* The header of a project's SQLite file says "SPTM". */
#define SPT_PROJECT_APPLICATION 0x5350544d

/* The version of the tables: as many as there are migrations. */
int spt_schema_version(void);

/* The statements that bring a file from `version` to the next. */
const char *spt_schema_migration(int version);

#endif
