#include "connectors/connector.h"

#include <string.h>

#include "base/memory.h"
#include "connectors/aws/aws.h"
#include "connectors/azure/azure.h"
#include "connectors/drop/drop.h"
#include "connectors/gcp/gcp.h"

/* A new cloud is a new folder and one line here. */
const struct connector *const connectors[] = {
    &connector_aws,
    &connector_azure,
    &connector_gcp,
    &connector_drop,
};
const size_t connector_count = COUNT(connectors);

const struct connector *connector_find(const char *name)
{
    for (size_t i = 0; name && i < connector_count; i++) {
        if (!strcmp(connectors[i]->name, name))
            return connectors[i];
    }
    return NULL;
}

const struct connector_kind *connector_kind(const struct connector *connector, enum kind_id kind)
{
    for (const struct connector_kind *const *each = connector->kinds; *each; each++) {
        if ((*each)->kind == kind)
            return *each;
    }
    return NULL;
}

const struct remote_field *connector_field(const struct connector_kind *kind, const char *field)
{
    for (size_t i = 0; field && i < kind->field_count; i++) {
        if (!strcmp(kind->fields[i].field, field))
            return &kind->fields[i];
    }
    return NULL;
}

const char *connector_refusal(const struct connector_kind *kind, const struct error *failure,
                              const char *otherwise)
{
    for (size_t i = 0; i < kind->refusal_count; i++) {
        if (!strcmp(kind->refusals[i].vendor_code, failure->vendor_code))
            return kind->refusals[i].code;
    }
    return otherwise;
}

const struct procedure *connector_procedure(const struct connector_kind *kind, enum action action)
{
    for (size_t i = 0; i < kind->procedure_count; i++) {
        if (kind->procedures[i].action == action)
            return &kind->procedures[i];
    }
    return NULL;
}

bool read_wants(const struct read_scope *scope, const struct kind *kind, const char *const *fields)
{
    for (; *fields; fields++) {
        if (!scope->mapped || scope->mapped[kind_field(kind, *fields)])
            return true;
    }
    return false;
}

const char *read_outcome_name(enum read_outcome outcome)
{
    static const char *const names[] = {"complete", "partial", "failed"};
    return names[outcome];
}
