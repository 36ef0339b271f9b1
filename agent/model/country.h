/* Countries: ISO 3166-1 codes and the English names that people write. */
#ifndef MODEL_COUNTRY_H
#define MODEL_COUNTRY_H

#include <stddef.h>

/* The alpha-2 code of a code or English name, however it is cased and punctuated; NULL if there is
 * no such country. */
const char *country_code(const char *text);
const char *country_suggest(const char *text); /* the name that was probably meant, or NULL */

#endif
