/* Short forms for rows of fields.h. */
#ifndef SANDBOX_ROWS_H
#define SANDBOX_ROWS_H

#define NEEDED FIELD_REQUIRED

/* clang-format off */
#define TEXT(path, min, max, flags)   {path, FIELD_TEXT, min, max, NULL, NULL, flags}
#define WORD(path, words, flags)      {path, FIELD_TEXT, 0, 0, words, NULL, flags}
#define FORM(path, fits, flags)       {path, FIELD_TEXT, 0, 0, NULL, fits, flags}
#define NUMBER(path, min, max, flags) {path, FIELD_NUMBER, min, max, NULL, NULL, flags}
#define OBJECT(path, flags)           {path, FIELD_OBJECT, 0, 0, NULL, NULL, flags}
#define UNION(path, flags)            {path, FIELD_OBJECT, 1, 1, NULL, NULL, flags}
#define LIST(path, min, max, flags)   {path, FIELD_LIST, min, max, NULL, NULL, flags}
#define BOOLEAN(path, flags)          {path, FIELD_BOOL, 0, 0, NULL, NULL, flags}
#define ANY(path, flags)              {path, FIELD_ANY, 0, 0, NULL, NULL, flags}
/* clang-format on */

#endif
