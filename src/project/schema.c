/*
 * schema.c - see schema.h.
 *
 * A migration that was released is never edited: a change of the tables is a further
 * one.  Dates are milliseconds since 1970, UTC.
 */
#include "project/schema.h"

#include <stddef.h>

static const char *const migrations[] = {
    /* Images are pages of files.  A file is known by the digest of its bytes; size and
     * time of change only spare reading it again. */
    "CREATE TABLE file ("
    " id INTEGER PRIMARY KEY,"
    " path TEXT NOT NULL UNIQUE," /* from the project's folder when below it */
    " sha256 BLOB NOT NULL CHECK (length(sha256) = 32),"
    " bytes INTEGER NOT NULL,"
    " changed_ns INTEGER NOT NULL,"
    " added INTEGER NOT NULL);"
    "CREATE TABLE image ("
    " id INTEGER PRIMARY KEY,"
    " file INTEGER NOT NULL REFERENCES file,"
    " page INTEGER NOT NULL CHECK (page >= 0),"
    " name TEXT NOT NULL UNIQUE,"
    " height INTEGER NOT NULL CHECK (height > 0),"
    " width INTEGER NOT NULL CHECK (width > 0),"
    " validation INTEGER NOT NULL CHECK (validation IN (0, 1)),"
    " UNIQUE (file, page));"
    /* The newest model is the current one. */
    "CREATE TABLE model ("
    " id INTEGER PRIMARY KEY,"
    " round INTEGER NOT NULL CHECK (round >= 0)," /* answered before it came */
    " added INTEGER NOT NULL,"
    " sha256 BLOB NOT NULL CHECK (length(sha256) = 32),"
    " note TEXT NOT NULL,"
    " onnx BLOB NOT NULL);"
    /* `answers` is how many answers there were when it was measured: with more, the
     * truth behind a score may be another. */
    "CREATE TABLE score ("
    " id INTEGER PRIMARY KEY,"
    " model INTEGER NOT NULL REFERENCES model,"
    " round INTEGER NOT NULL,"
    " answers INTEGER NOT NULL,"
    " f_score REAL NOT NULL, precision REAL NOT NULL, recall REAL NOT NULL,"
    " threshold REAL NOT NULL, pixels INTEGER NOT NULL,"
    " measured INTEGER NOT NULL);"
    /* A region lent to one expert until a date, and what became of it. */
    "CREATE TABLE lease ("
    " id INTEGER PRIMARY KEY,"
    " image INTEGER NOT NULL REFERENCES image,"
    " model INTEGER REFERENCES model,"
    " who TEXT NOT NULL,"
    " given INTEGER NOT NULL,"
    " until INTEGER NOT NULL,"
    " side INTEGER NOT NULL CHECK (side > 0),"
    " objective REAL NOT NULL, uncertainty REAL NOT NULL, abundance REAL NOT NULL,"
    " state TEXT NOT NULL CHECK (state IN ('open', 'answered', 'skipped',"
    "  'replaced')));"
    "CREATE INDEX lease_by_state ON lease (state);"
    "CREATE TABLE lease_window ("
    " lease INTEGER NOT NULL REFERENCES lease,"
    " row INTEGER NOT NULL CHECK (row >= 0),"
    " \"column\" INTEGER NOT NULL CHECK (\"column\" >= 0),"
    " PRIMARY KEY (lease, row, \"column\")) WITHOUT ROWID;"
    /* What was said of the pixels of a box; rows are only ever added, and later ones
     * lie over earlier ones.  `pixels` is height * width bytes, row by row, deflated
     * by zlib: 0 other, 1 membrane, 2 unknown, 3 says nothing of this pixel. */
    "CREATE TABLE answer ("
    " id INTEGER PRIMARY KEY,"
    " image INTEGER NOT NULL REFERENCES image,"
    " top INTEGER NOT NULL CHECK (top >= 0),"
    " \"left\" INTEGER NOT NULL CHECK (\"left\" >= 0),"
    " height INTEGER NOT NULL CHECK (height > 0),"
    " width INTEGER NOT NULL CHECK (width > 0),"
    " pixels BLOB NOT NULL,"
    " other INTEGER NOT NULL, membrane INTEGER NOT NULL, unknown INTEGER NOT NULL,"
    " who TEXT NOT NULL,"
    " confirmed INTEGER NOT NULL,"
    " seconds REAL," /* of the expert; NULL: not known */
    " round INTEGER NOT NULL,"
    " lease INTEGER REFERENCES lease," /* NULL: not asked for */
    " model INTEGER REFERENCES model," /* that proposed it; NULL: none */
    " origin TEXT NOT NULL);"          /* what brought it: add, import, page */
    "CREATE INDEX answer_by_image ON answer (image, id);"
    /* Strokes as they are drawn, before a label is confirmed of them. */
    "CREATE TABLE stroke ("
    " id INTEGER PRIMARY KEY,"
    " image INTEGER NOT NULL REFERENCES image,"
    " lease INTEGER REFERENCES lease,"
    " who TEXT NOT NULL,"
    " drawn INTEGER NOT NULL,"
    " data BLOB NOT NULL);"
    "CREATE INDEX stroke_by_image ON stroke (image, id);",
    /* Work in the making.  `base` and `runs` are lists of runs over the pixels of the
     * box, row by row: for each the distance of its start from the end of the run
     * before it (zigzag), its length and its value, as LEB128 numbers. */
    "DROP TABLE stroke;" /* no version wrote to it */
    "CREATE TABLE sheet ("
    " id INTEGER PRIMARY KEY,"
    " kind TEXT NOT NULL CHECK (kind IN ('region', 'free')),"
    " image INTEGER NOT NULL REFERENCES image,"
    " lease INTEGER REFERENCES lease," /* NULL: free */
    " model INTEGER REFERENCES model," /* of the proposal */
    " who TEXT NOT NULL,"
    " opened INTEGER NOT NULL," /* again, too */
    " top INTEGER NOT NULL CHECK (top >= 0),"
    " \"left\" INTEGER NOT NULL CHECK (\"left\" >= 0),"
    " height INTEGER NOT NULL CHECK (height > 0),"
    " width INTEGER NOT NULL CHECK (width > 0),"
    " threshold REAL NOT NULL,"
    " why TEXT NOT NULL,"
    " base BLOB NOT NULL,"    /* pixels outside of it may not be painted */
    " seconds REAL NOT NULL," /* of the expert, as last reported */
    " state TEXT NOT NULL CHECK (state IN ('open', 'confirmed', 'skipped', 'closed')),"
    " answer INTEGER REFERENCES answer,"
    " agreement REAL);" /* F-score of the base against the answer of a region */
    "CREATE INDEX sheet_by_state ON sheet (state, who);"
    "CREATE INDEX sheet_by_answer ON sheet (answer);"
    "CREATE TABLE change ("
    " sheet INTEGER NOT NULL REFERENCES sheet,"
    " number INTEGER NOT NULL CHECK (number > 0)," /* 1, 2, 3, ... */
    " kind TEXT NOT NULL CHECK (kind IN ('paint', 'undo', 'redo')),"
    " of INTEGER," /* number of the change that began the stroke */
    " tool TEXT,"
    " drawn INTEGER NOT NULL,"
    " seconds REAL NOT NULL,"
    " runs BLOB NOT NULL,"
    " PRIMARY KEY (sheet, number));"
    /* What learning cost, after how many rounds. */
    "CREATE TABLE lesson ("
    " id INTEGER PRIMARY KEY,"
    " round INTEGER NOT NULL,"
    " model INTEGER REFERENCES model," /* that came of it; NULL: none was kept */
    " train_seconds REAL NOT NULL,"
    " loss REAL NOT NULL,"
    " measured INTEGER NOT NULL);",
    /* What could be worked out again; of what it was made, its digest tells. */
    "CREATE TABLE kept ("
    " name TEXT PRIMARY KEY,"
    " sha256 BLOB NOT NULL CHECK (length(sha256) = 32),"
    " content BLOB NOT NULL);",
};

int
spt_schema_version(void)
{
    return (int)(sizeof migrations / sizeof migrations[0]);
}

const char *
spt_schema_migration(int version)
{
    return version >= 0 && version < spt_schema_version() ? migrations[version] : NULL;
}
