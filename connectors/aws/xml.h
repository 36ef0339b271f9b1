/* As much of XML as AWS's query services answer with: elements, attributes that nobody needs, text
 * with entities. Strict: one well-formed document; no document type, no CDATA, no entity but the
 * five of XML and character numbers. Messages never quote the document: it may hold secrets. */
#ifndef CONNECTORS_AWS_XML_H
#define CONNECTORS_AWS_XML_H

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

struct xml_value {
    const char *path; /* "AssumeRoleResponse/AssumeRoleResult/Credentials/AccessKeyId" */
    char *text;       /* filled in: decoded, trimmed, in the arena; NULL if there is none */
};

/* Reads the whole document and fills in what stands at the paths. ERROR_TEMPORARY if it is not
 * well-formed, or a path stands in it twice. */
int xml_read(struct arena *arena, const char *bytes, size_t length, struct xml_value *values,
             size_t count, struct error *error);

#endif
