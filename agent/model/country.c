#include "model/country.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

enum { LONGEST_NAME = 128 }; /* twice the longest; a cell may hold a megabyte of dots */

struct country {
    const char code[3];
    const char *name;
};

/* ISO 3166-1 with the usual English short names. Codes only: no position on any territory. */
static const struct country countries[] = {
    /* clang-format off */
    {"AD", "Andorra"},
    {"AE", "United Arab Emirates"},
    {"AF", "Afghanistan"},
    {"AG", "Antigua and Barbuda"},
    {"AI", "Anguilla"},
    {"AL", "Albania"},
    {"AM", "Armenia"},
    {"AO", "Angola"},
    {"AQ", "Antarctica"},
    {"AR", "Argentina"},
    {"AS", "American Samoa"},
    {"AT", "Austria"},
    {"AU", "Australia"},
    {"AW", "Aruba"},
    {"AX", "Åland Islands"},
    {"AZ", "Azerbaijan"},
    {"BA", "Bosnia and Herzegovina"},
    {"BB", "Barbados"},
    {"BD", "Bangladesh"},
    {"BE", "Belgium"},
    {"BF", "Burkina Faso"},
    {"BG", "Bulgaria"},
    {"BH", "Bahrain"},
    {"BI", "Burundi"},
    {"BJ", "Benin"},
    {"BL", "Saint Barthélemy"},
    {"BM", "Bermuda"},
    {"BN", "Brunei"},
    {"BO", "Bolivia"},
    {"BQ", "Caribbean Netherlands"},
    {"BR", "Brazil"},
    {"BS", "Bahamas"},
    {"BT", "Bhutan"},
    {"BV", "Bouvet Island"},
    {"BW", "Botswana"},
    {"BY", "Belarus"},
    {"BZ", "Belize"},
    {"CA", "Canada"},
    {"CC", "Cocos (Keeling) Islands"},
    {"CD", "Congo, Democratic Republic of the"},
    {"CF", "Central African Rep."},
    {"CG", "Congo"},
    {"CH", "Switzerland"},
    {"CI", "Côte d'Ivoire"},
    {"CK", "Cook Islands"},
    {"CL", "Chile"},
    {"CM", "Cameroon"},
    {"CN", "China"},
    {"CO", "Colombia"},
    {"CR", "Costa Rica"},
    {"CU", "Cuba"},
    {"CV", "Cape Verde"},
    {"CW", "Curaçao"},
    {"CX", "Christmas Island"},
    {"CY", "Cyprus"},
    {"CZ", "Czech Republic"},
    {"DE", "Germany"},
    {"DJ", "Djibouti"},
    {"DK", "Denmark"},
    {"DM", "Dominica"},
    {"DO", "Dominican Republic"},
    {"DZ", "Algeria"},
    {"EC", "Ecuador"},
    {"EE", "Estonia"},
    {"EG", "Egypt"},
    {"EH", "Western Sahara"},
    {"ER", "Eritrea"},
    {"ES", "Spain"},
    {"ET", "Ethiopia"},
    {"FI", "Finland"},
    {"FJ", "Fiji"},
    {"FK", "Falkland Islands"},
    {"FM", "Micronesia"},
    {"FO", "Faroe Islands"},
    {"FR", "France"},
    {"GA", "Gabon"},
    {"GB", "United Kingdom"},
    {"GD", "Grenada"},
    {"GE", "Georgia"},
    {"GF", "French Guiana"},
    {"GG", "Guernsey"},
    {"GH", "Ghana"},
    {"GI", "Gibraltar"},
    {"GL", "Greenland"},
    {"GM", "Gambia"},
    {"GN", "Guinea"},
    {"GP", "Guadeloupe"},
    {"GQ", "Equatorial Guinea"},
    {"GR", "Greece"},
    {"GS", "South Georgia and the South Sandwich Islands"},
    {"GT", "Guatemala"},
    {"GU", "Guam"},
    {"GW", "Guinea-Bissau"},
    {"GY", "Guyana"},
    {"HK", "Hong Kong"},
    {"HM", "Heard Island and McDonald Islands"},
    {"HN", "Honduras"},
    {"HR", "Croatia"},
    {"HT", "Haiti"},
    {"HU", "Hungary"},
    {"ID", "Indonesia"},
    {"IE", "Ireland"},
    {"IL", "Israel"},
    {"IM", "Isle of Man"},
    {"IN", "India"},
    {"IO", "British Indian Ocean Territory"},
    {"IQ", "Iraq"},
    {"IR", "Iran"},
    {"IS", "Iceland"},
    {"IT", "Italy"},
    {"JE", "Jersey"},
    {"JM", "Jamaica"},
    {"JO", "Jordan"},
    {"JP", "Japan"},
    {"KE", "Kenya"},
    {"KG", "Kyrgyzstan"},
    {"KH", "Cambodia"},
    {"KI", "Kiribati"},
    {"KM", "Comoros"},
    {"KN", "Saint Kitts and Nevis"},
    {"KP", "North Korea"},
    {"KR", "South Korea"},
    {"KW", "Kuwait"},
    {"KY", "Cayman Islands"},
    {"KZ", "Kazakhstan"},
    {"LA", "Laos"},
    {"LB", "Lebanon"},
    {"LC", "Saint Lucia"},
    {"LI", "Liechtenstein"},
    {"LK", "Sri Lanka"},
    {"LR", "Liberia"},
    {"LS", "Lesotho"},
    {"LT", "Lithuania"},
    {"LU", "Luxembourg"},
    {"LV", "Latvia"},
    {"LY", "Libya"},
    {"MA", "Morocco"},
    {"MC", "Monaco"},
    {"MD", "Moldova"},
    {"ME", "Montenegro"},
    {"MF", "Saint Martin"},
    {"MG", "Madagascar"},
    {"MH", "Marshall Islands"},
    {"MK", "North Macedonia"},
    {"ML", "Mali"},
    {"MM", "Myanmar"},
    {"MN", "Mongolia"},
    {"MO", "Macau"},
    {"MP", "Northern Mariana Islands"},
    {"MQ", "Martinique"},
    {"MR", "Mauritania"},
    {"MS", "Montserrat"},
    {"MT", "Malta"},
    {"MU", "Mauritius"},
    {"MV", "Maldives"},
    {"MW", "Malawi"},
    {"MX", "Mexico"},
    {"MY", "Malaysia"},
    {"MZ", "Mozambique"},
    {"NA", "Namibia"},
    {"NC", "New Caledonia"},
    {"NE", "Niger"},
    {"NF", "Norfolk Island"},
    {"NG", "Nigeria"},
    {"NI", "Nicaragua"},
    {"NL", "Netherlands"},
    {"NO", "Norway"},
    {"NP", "Nepal"},
    {"NR", "Nauru"},
    {"NU", "Niue"},
    {"NZ", "New Zealand"},
    {"OM", "Oman"},
    {"PA", "Panama"},
    {"PE", "Peru"},
    {"PF", "French Polynesia"},
    {"PG", "Papua New Guinea"},
    {"PH", "Philippines"},
    {"PK", "Pakistan"},
    {"PL", "Poland"},
    {"PM", "Saint Pierre and Miquelon"},
    {"PN", "Pitcairn"},
    {"PR", "Puerto Rico"},
    {"PS", "Palestine"},
    {"PT", "Portugal"},
    {"PW", "Palau"},
    {"PY", "Paraguay"},
    {"QA", "Qatar"},
    {"RE", "Réunion"},
    {"RO", "Romania"},
    {"RS", "Serbia"},
    {"RU", "Russia"},
    {"RW", "Rwanda"},
    {"SA", "Saudi Arabia"},
    {"SB", "Solomon Islands"},
    {"SC", "Seychelles"},
    {"SD", "Sudan"},
    {"SE", "Sweden"},
    {"SG", "Singapore"},
    {"SH", "Saint Helena"},
    {"SI", "Slovenia"},
    {"SJ", "Svalbard and Jan Mayen"},
    {"SK", "Slovakia"},
    {"SL", "Sierra Leone"},
    {"SM", "San Marino"},
    {"SN", "Senegal"},
    {"SO", "Somalia"},
    {"SR", "Suriname"},
    {"SS", "South Sudan"},
    {"ST", "Sao Tome and Principe"},
    {"SV", "El Salvador"},
    {"SX", "Sint Maarten"},
    {"SY", "Syria"},
    {"SZ", "Eswatini"},
    {"TC", "Turks and Caicos Islands"},
    {"TD", "Chad"},
    {"TF", "French Southern Territories"},
    {"TG", "Togo"},
    {"TH", "Thailand"},
    {"TJ", "Tajikistan"},
    {"TK", "Tokelau"},
    {"TL", "East Timor"},
    {"TM", "Turkmenistan"},
    {"TN", "Tunisia"},
    {"TO", "Tonga"},
    {"TR", "Turkey"},
    {"TT", "Trinidad and Tobago"},
    {"TV", "Tuvalu"},
    {"TW", "Taiwan"},
    {"TZ", "Tanzania"},
    {"UA", "Ukraine"},
    {"UG", "Uganda"},
    {"UM", "US Minor Outlying Islands"},
    {"US", "United States"},
    {"UY", "Uruguay"},
    {"UZ", "Uzbekistan"},
    {"VA", "Vatican City"},
    {"VC", "Saint Vincent and the Grenadines"},
    {"VE", "Venezuela"},
    {"VG", "British Virgin Islands"},
    {"VI", "US Virgin Islands"},
    {"VN", "Vietnam"},
    {"VU", "Vanuatu"},
    {"WF", "Wallis and Futuna"},
    {"WS", "Samoa"},
    {"YE", "Yemen"},
    {"YT", "Mayotte"},
    {"ZA", "South Africa"},
    {"ZM", "Zambia"},
    {"ZW", "Zimbabwe"},
    /* clang-format on */
};

/* What spreadsheets and CRM exports also write. */
static const struct country other_names[] = {
    /* clang-format off */
    {"US", "USA"},
    {"US", "U.S."},
    {"US", "U.S.A."},
    {"US", "United States of America"},
    {"GB", "UK"},
    {"GB", "U.K."},
    {"GB", "Great Britain"},
    {"GB", "United Kingdom of Great Britain and Northern Ireland"},
    {"GB", "England"},
    {"GB", "Scotland"},
    {"GB", "Wales"},
    {"GB", "Northern Ireland"},
    {"AE", "UAE"},
    {"KR", "Korea, Republic of"},
    {"KR", "Republic of Korea"},
    {"KR", "Korea, South"},
    {"KP", "Korea, North"},
    {"KP", "Korea, Democratic People's Republic of"},
    {"RU", "Russian Federation"},
    {"VN", "Viet Nam"},
    {"CZ", "Czechia"},
    {"TR", "Türkiye"},
    {"TR", "Turkiye"},
    {"NL", "The Netherlands"},
    {"NL", "Holland"},
    {"IR", "Iran, Islamic Republic of"},
    {"SY", "Syrian Arab Republic"},
    {"LA", "Lao People's Democratic Republic"},
    {"MD", "Moldova, Republic of"},
    {"MD", "Republic of Moldova"},
    {"TZ", "Tanzania, United Republic of"},
    {"TZ", "United Republic of Tanzania"},
    {"VE", "Venezuela, Bolivarian Republic of"},
    {"BO", "Bolivia, Plurinational State of"},
    {"TW", "Taiwan, Province of China"},
    {"MK", "Macedonia"},
    {"BN", "Brunei Darussalam"},
    {"CI", "Cote d'Ivoire"},
    {"CI", "Ivory Coast"},
    {"CD", "Democratic Republic of the Congo"},
    {"CD", "Congo (Dem. Rep.)"},
    {"CD", "DR Congo"},
    {"CG", "Congo (Rep.)"},
    {"CG", "Republic of the Congo"},
    {"MM", "Burma"},
    {"MM", "Myanmar (Burma)"},
    {"VA", "Holy See"},
    {"PS", "Palestine, State of"},
    {"PS", "State of Palestine"},
    {"CV", "Cabo Verde"},
    {"TL", "Timor-Leste"},
    {"SZ", "Swaziland"},
    {"HK", "Hong Kong SAR"},
    {"HK", "Hong Kong SAR China"},
    {"MO", "Macau"},
    {"MO", "Macao SAR"},
    {"AX", "Aland Islands"},
    {"CW", "Curacao"},
    {"RE", "Reunion"},
    {"BL", "Saint Barthelemy"},
    {"BQ", "Bonaire, Sint Eustatius and Saba"},
    {"FK", "Falkland Islands (Malvinas)"},
    {"FM", "Federated States of Micronesia"},
    {"FM", "Micronesia, Federated States of"},
    {"VG", "Virgin Islands, British"},
    {"VG", "Virgin Islands (British)"},
    {"VI", "Virgin Islands, U.S."},
    {"VI", "United States Virgin Islands"},
    {"UM", "United States Minor Outlying Islands"},
    {"IE", "Republic of Ireland"},
    {"CN", "People's Republic of China"},
    {"CN", "PRC"},
    {"SH", "Saint Helena, Ascension and Tristan da Cunha"},
    {"WS", "Western Samoa"},
    {"GM", "The Gambia"},
    {"BS", "The Bahamas"},
    {"SK", "Slovak Republic"},
    {"SA", "KSA"},
    /* clang-format on */
};

/* Equal but for ASCII case, punctuation and blanks: "Korea (South)" is "korea south". */
static bool same_name(const char *a, const char *b)
{
    for (;;) {
        while (*a == ' ' || ispunct((unsigned char)*a))
            a++;
        while (*b == ' ' || ispunct((unsigned char)*b))
            b++;
        if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
            return false;
        if (!*a)
            return true;
        a++;
        b++;
    }
}

static const char *find(const struct country *rows, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (same_name(rows[i].name, name))
            return rows[i].code;
    }
    return NULL;
}

const char *country_code(const char *text)
{
    if (strlen(text) > LONGEST_NAME)
        return NULL;
    for (size_t i = 0; i < COUNT(countries); i++) {
        if (text_equal_nocase(countries[i].code, text))
            return countries[i].code;
    }
    const char *code = find(countries, COUNT(countries), text);
    return code ? code : find(other_names, COUNT(other_names), text);
}

const char *country_name(const char *code)
{
    for (size_t i = 0; i < COUNT(countries); i++) {
        if (!strcmp(countries[i].code, code))
            return countries[i].name;
    }
    return NULL;
}

const char *country_suggest(const char *text)
{
    const char *names[COUNT(countries)];
    for (size_t i = 0; i < COUNT(countries); i++)
        names[i] = countries[i].name;
    return text_suggest(text, names, COUNT(names));
}

const char *country_at(size_t index)
{
    return index < COUNT(countries) ? countries[index].code : NULL;
}
