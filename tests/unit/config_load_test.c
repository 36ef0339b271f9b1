/* Broken files and the exact faults that a person is shown for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "config_schema.h"

#define HEAD                                                                                       \
    "version: 1\n"                                                                                 \
    "clouds: {aws: {catalog: Sandbox}}\n"                                                          \
    "sources: {crm: {type: csv, path: a.csv, key: Id}}\n"
#define JOB                                                                                        \
    "jobs:\n"                                                                                      \
    "- name: j\n"                                                                                  \
    "  cloud: aws\n"                                                                               \
    "  kind: referral\n"                                                                           \
    "  source: crm\n"                                                                              \
    "  mode: observe\n"
#define FIELDS      "  fields: {title: {column: Name}}\n"
#define MORE_FIELDS "  fields:\n    title: {column: Name}\n"

/* clang-format off */
static const struct {
    const char *name, *file, *faults;
} cases[] = {
    {"empty file",
     "",
     "0:0: the file is empty (agent init writes a starter)\n"},
    {"a text",
     "hello\n",
     "1:1: the file must be a mapping of keys to values (write `key: value` lines below it, or {key: value})\n"},
    {"a list",
     "- a\n",
     "1:1: the file must be a mapping of keys to values (write `key: value` lines below it, or {key: value})\n"},
    {"nothing in it",
     "{}\n",
     "1:1: version is missing in the file (add version: 1)\n"
     "1:1: clouds is missing (agent init writes a file that shows it)\n"
     "1:1: sources is missing (agent init writes a file that shows it)\n"
     "1:1: jobs is missing (agent init writes a file that shows it)\n"},
    {"syntax error",
     "version: 1\n"
     "  clouds: x\n",
     "2:9: a \": \" is not expected here (quote a text that holds \": \", and check the indentation)\n"},
    {"yaml fault and table fault at once",
     HEAD "jobs:\n"
     "- name: j\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: crm\n"
     "  mode: &m observ\n"
     "  fields: {title: {column: Name}}\n",
     "9:9: anchors (&name) are not accepted (write the value out where it is used)\n"
     "9:9: mode must be observe, propose or apply, not \"observ\" (did you mean \"observe\"?)\n"},
    {"unknown key on top",
     "cluods: {}\n"
     "version: 1\n"
     "clouds: {aws: {catalog: Sandbox}}\n"
     "sources: {crm: {type: csv, path: a.csv, key: Id}}\n"
     "jobs:\n"
     "- name: j\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: crm\n"
     "  mode: observe\n"
     "  fields: {title: {column: Name}}\n",
     "1:1: unknown key \"cluods\" in the file (did you mean \"clouds\"?)\n"},
    {"version missing",
     "# none\n"
     "clouds: {aws: {catalog: Sandbox}}\n"
     "sources: {crm: {type: csv, path: a.csv, key: Id}}\n"
     "jobs:\n"
     "- name: j\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: crm\n"
     "  mode: observe\n"
     "  fields: {title: {column: Name}}\n",
     "2:1: version is missing in the file (add version: 1)\n"},
    {"version unknown",
     "version: 2\n"
     "clouds: {aws: {catalog: Sandbox}}\n"
     "sources: {crm: {type: csv, path: a.csv, key: Id}}\n"
     "jobs:\n"
     "- name: j\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: crm\n"
     "  mode: observe\n"
     "  fields: {title: {column: Name}}\n",
     "1:10: version must be 1, not \"2\"\n"},
    {"no jobs",
     HEAD,
     "1:1: jobs is missing (agent init writes a file that shows it)\n"},
    {"jobs empty",
     HEAD "jobs: []\n",
     "4:7: jobs is empty (agent init writes a file that shows one)\n"},
    {"jobs a map",
     HEAD "jobs: {a: b}\n",
     "4:7: jobs must be a list (write one `- item` a line below it, or [item, item])\n"},
    {"job a text",
     HEAD "jobs: [a]\n",
     "4:8: job 1 must be a mapping of keys to values (write `key: value` lines below it, or {key: value})\n"},
    {"no clouds or sources: no follow-up errors",
     "version: 1\n"
     "jobs:\n"
     "- name: j\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: crm\n"
     "  mode: observe\n"
     "  fields: {title: {column: Name}}\n",
     "1:1: clouds is missing (agent init writes a file that shows it)\n"
     "1:1: sources is missing (agent init writes a file that shows it)\n"},
    {"clouds empty",
     "version: 1\n"
     "clouds: \n"
     "sources: {crm: {type: csv, path: a.csv, key: Id}}\n"
     "jobs:\n"
     "- name: j\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: crm\n"
     "  mode: observe\n"
     "  fields: {title: {column: Name}}\n",
     "2:8: clouds is missing (agent init writes a file that shows it)\n"},
    {"unknown cloud section",
     "version: 1\n"
     "clouds: {aws: {catalog: Sandbox}, awz: {catalog: AWS}}\n"
     "sources: {crm: {type: csv, path: a.csv, key: Id}}\n"
     "jobs:\n"
     "- name: j\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: crm\n"
     "  mode: observe\n"
     "  fields: {title: {column: Name}}\n",
     "2:35: unknown cloud \"awz\" (did you mean \"aws\"?)\n"},
    {"cloud section of the wrong type",
     "version: 1\n"
     "clouds: {aws: Sandbox}\n"
     "sources: {crm: {type: csv, path: a.csv, key: Id}}\n"
     "jobs:\n"
     "- name: j\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: crm\n"
     "  mode: observe\n"
     "  fields: {title: {column: Name}}\n",
     "2:15: clouds.aws must be a mapping of keys to values (write `key: value` lines below it, or {key: value})\n"},
    {"required option missing",
     "version: 1\n"
     "clouds: {aws: {profile: x}}\n"
     "sources: {crm: {type: csv, path: a.csv, key: Id}}\n"
     "jobs:\n"
     "- name: j\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: crm\n"
     "  mode: observe\n"
     "  fields: {title: {column: Name}}\n",
     "2:15: catalog is missing in clouds.aws (add catalog: AWS or Sandbox)\n"},
    {"required option missing, empty section",
     "version: 1\n"
     "clouds: {aws: }\n"
     "sources: {crm: {type: csv, path: a.csv, key: Id}}\n"
     "jobs:\n"
     "- name: j\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: crm\n"
     "  mode: observe\n"
     "  fields: {title: {column: Name}}\n",
     "2:15: catalog is missing in clouds.aws (add catalog: AWS or Sandbox)\n"},
    {"option unknown",
     "version: 1\n"
     "clouds: {aws: {catalog: Sandbox, profil: x}}\n"
     "sources: {crm: {type: csv, path: a.csv, key: Id}}\n"
     "jobs:\n"
     "- name: j\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: crm\n"
     "  mode: observe\n"
     "  fields: {title: {column: Name}}\n",
     "2:34: unknown key \"profil\" in clouds.aws (did you mean \"profile\"?)\n"},
    {"word unknown",
     "version: 1\n"
     "clouds: {aws: {catalog: Sandbx}}\n"
     "sources: {crm: {type: csv, path: a.csv, key: Id}}\n"
     "jobs:\n"
     "- name: j\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: crm\n"
     "  mode: observe\n"
     "  fields: {title: {column: Name}}\n",
     "2:25: catalog must be AWS or Sandbox, not \"Sandbx\" (did you mean \"Sandbox\"?)\n"},
    {"word far off",
     "version: 1\n"
     "clouds: {aws: {catalog: production}}\n"
     "sources: {crm: {type: csv, path: a.csv, key: Id}}\n"
     "jobs:\n"
     "- name: j\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: crm\n"
     "  mode: observe\n"
     "  fields: {title: {column: Name}}\n",
     "2:25: catalog must be AWS or Sandbox, not \"production\"\n"},
    {"option empty",
     "version: 1\n"
     "clouds: {aws: {catalog: }}\n"
     "sources: {crm: {type: csv, path: a.csv, key: Id}}\n"
     "jobs:\n"
     "- name: j\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: crm\n"
     "  mode: observe\n"
     "  fields: {title: {column: Name}}\n",
     "2:25: catalog is empty (give it a value or remove the line)\n"},
    {"option a list",
     "version: 1\n"
     "clouds: {aws: {catalog: AWS, profile: [a]}}\n"
     "sources: {crm: {type: csv, path: a.csv, key: Id}}\n"
     "jobs:\n"
     "- name: j\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: crm\n"
     "  mode: observe\n"
     "  fields: {title: {column: Name}}\n",
     "2:39: profile must be a single text\n"},
    {"numbers and durations",
     "version: 1\n"
     "clouds: {aws: {catalog: AWS, retries: 11, timeout: 5, dual_stack: maybe}}\n"
     "sources: {crm: {type: csv, path: a.csv, key: Id}}\n"
     "jobs:\n"
     "- name: j\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: crm\n"
     "  mode: observe\n"
     "  fields: {title: {column: Name}}\n",
     "2:39: retries must be a whole number from 0 to 10\n"
     "2:52: timeout must be a duration from 1s to 10m (write a number and a unit: 30s, 5m, 24h)\n"
     "2:67: dual_stack must be true or false\n"},
    {"number with a share sign",
     "version: 1\n"
     "clouds: {aws: {catalog: AWS, retries: 5%}}\n"
     "sources: {crm: {type: csv, path: a.csv, key: Id}}\n"
     "jobs:\n"
     "- name: j\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: crm\n"
     "  mode: observe\n"
     "  fields: {title: {column: Name}}\n",
     "2:39: retries must be a whole number from 0 to 10\n"},
    {"source type missing",
     "version: 1\n"
     "clouds: {aws: {catalog: Sandbox}}\n"
     "sources: {crm: {path: a.csv, key: Id}}\n"
     "jobs:\n"
     "- name: j\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: crm\n"
     "  mode: observe\n"
     "  fields: {title: {column: Name}}\n",
     "3:16: type is missing in source \"crm\" (add type: csv or memory)\n"},
    {"source type unknown",
     "version: 1\n"
     "clouds: {aws: {catalog: Sandbox}}\n"
     "sources: {crm: {type: cvs, path: a.csv, key: Id}}\n"
     "jobs:\n"
     "- name: j\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: crm\n"
     "  mode: observe\n"
     "  fields: {title: {column: Name}}\n",
     "3:23: unknown type \"cvs\" of source (did you mean \"csv\"?)\n"},
    {"source options",
     "version: 1\n"
     "clouds: {aws: {catalog: Sandbox}}\n"
     "sources: {crm: {type: csv, path: a.csv, key: Id, write: inplace, delimeter: x}}\n"
     "jobs:\n"
     "- name: j\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: crm\n"
     "  mode: observe\n"
     "  fields: {title: {column: Name}}\n",
     "3:57: write must be read-only, in-place or changes-file, not \"inplace\" (did you mean \"in-place\"?)\n"
     "3:66: unknown key \"delimeter\" in source \"crm\" (known here: path, key, write, null_words, date_format, decimal, currency, list_separator or type)\n"},
    {"source styles",
     "version: 1\n"
     "clouds: {aws: {catalog: Sandbox}}\n"
     "sources: {crm: {type: csv, path: a.csv, key: Id, date_format: dd/mm/yy, decimal: \";\", currency: usd}}\n"
     "jobs:\n"
     "- name: j\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: crm\n"
     "  mode: observe\n"
     "  fields: {title: {column: Name}}\n",
     "3:63: date_format is no way to write a day: \"dd/mm/yy\" (use YYYY or YY, MM or M or MON, and DD or D, e.g. DD/MM/YYYY)\n"
     "3:82: decimal must be \".\" or \",\", not \";\"\n"
     "3:97: currency is no currency: \"usd\" (use an ISO 4217 code such as USD or EUR)\n"},
    {"source name",
     "version: 1\n"
     "clouds: {aws: {catalog: Sandbox}}\n"
     "sources: {my crm: {type: csv, path: a.csv, key: Id}}\n"
     "jobs:\n"
     "- name: j\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: my crm\n"
     "  mode: observe\n"
     "  fields: {title: {column: Name}}\n",
     "3:11: \"my crm\" is no name for a source (use letters, digits, - and _, at most 64)\n"},
    {"net",
     HEAD JOB FIELDS "net: {quota_share: 0, proxy: 'http://me:geheim@proxy:3128', cafile: x}\n",
     "11:20: quota_share must be a whole number from 1% to 100000%\n"
     "11:30: proxy must not carry a user or a password (use a proxy that lets this host in by its address)\n"
     "11:61: unknown key \"cafile\" in net (did you mean \"ca_file\"?)\n"},
    {"log",
     HEAD JOB FIELDS "log: {level: inf, format: xml}\n",
     "11:14: level must be error, warning, info or debug, not \"inf\" (did you mean \"info\"?)\n"
     "11:27: format must be text or json, not \"xml\"\n"},
    {"daemon",
     HEAD JOB FIELDS "daemon: {jitter: 80%, stop_timeout: 1h}\n",
     "11:18: jitter must be a whole number from 0% to 50%\n"
     "11:37: stop_timeout must be a duration from 1s to 10m (write a number and a unit: 30s, 5m, 24h)\n"},
    {"store path empty",
     HEAD JOB FIELDS "store: {path: ''}\n",
     "11:15: path is empty (give it a value or remove the line)\n"},
    {"store a text",
     HEAD JOB FIELDS "store: agent.db\n",
     "11:8: store must be a mapping of keys to values (write `key: value` lines below it, or {key: value})\n"},
    {"plain secret",
     "version: 1\n"
     "clouds: {aws: {catalog: Sandbox}, azure: {tenant: t, client_secret: hunter2}}\n"
     "sources: {crm: {type: csv, path: a.csv, key: Id}}\n"
     "jobs:\n"
     "- name: j\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: crm\n"
     "  mode: observe\n"
     "  fields: {title: {column: Name}}\n",
     "2:69: client_secret must not stand in this file as plain text (write {env: NAME}, {file: PATH}, {credential: NAME} or {command: [PROGRAM, ARGUMENT]})\n"},
    {"two secrets",
     "version: 1\n"
     "clouds: {aws: {catalog: Sandbox}, azure: {tenant: t, client_secret: {env: A, hunter2: B}}}\n"
     "sources: {crm: {type: csv, path: a.csv, key: Id}}\n"
     "jobs:\n"
     "- name: j\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: crm\n"
     "  mode: observe\n"
     "  fields: {title: {column: Name}}\n",
     "2:69: client_secret must be had in exactly one of four ways (write {env: NAME}, {file: PATH}, {credential: NAME} or {command: [PROGRAM, ARGUMENT]})\n"},
    {"unknown way of secret",
     "version: 1\n"
     "clouds: {aws: {catalog: Sandbox}, azure: {tenant: t, client_secret: {hunter2: B}}}\n"
     "sources: {crm: {type: csv, path: a.csv, key: Id}}\n"
     "jobs:\n"
     "- name: j\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: crm\n"
     "  mode: observe\n"
     "  fields: {title: {column: Name}}\n",
     "2:69: client_secret must be had in exactly one of four ways (write {env: NAME}, {file: PATH}, {credential: NAME} or {command: [PROGRAM, ARGUMENT]})\n"},
    {"secret in env",
     "version: 1\n"
     "clouds: {aws: {catalog: Sandbox}, azure: {tenant: t, client_secret: {env: hunter2!}}}\n"
     "sources: {crm: {type: csv, path: a.csv, key: Id}}\n"
     "jobs:\n"
     "- name: j\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: crm\n"
     "  mode: observe\n"
     "  fields: {title: {column: Name}}\n",
     "2:75: env is not the name of an environment variable (give the variable's name, not the secret)\n"},
    {"credential a path",
     "version: 1\n"
     "clouds: {aws: {catalog: Sandbox}, azure: {tenant: t, client_secret: {credential: /hunter2}}}\n"
     "sources: {crm: {type: csv, path: a.csv, key: Id}}\n"
     "jobs:\n"
     "- name: j\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: crm\n"
     "  mode: observe\n"
     "  fields: {title: {column: Name}}\n",
     "2:82: credential is a name, not a path (give the name under LoadCredential=, or use file)\n"},
    {"command as one text",
     "version: 1\n"
     "clouds: {aws: {catalog: Sandbox}, azure: {tenant: t, client_secret: {command: pass hunter2}}}\n"
     "sources: {crm: {type: csv, path: a.csv, key: Id}}\n"
     "jobs:\n"
     "- name: j\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: crm\n"
     "  mode: observe\n"
     "  fields: {title: {column: Name}}\n",
     "2:79: command is one text with spaces (write a list: [PROGRAM, ARGUMENT]; no shell takes it apart)\n"},
    {"secret missing",
     "version: 1\n"
     "clouds: {aws: {catalog: Sandbox}, azure: {tenant: t}}\n"
     "sources: {crm: {type: csv, path: a.csv, key: Id}}\n"
     "jobs:\n"
     "- name: j\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: crm\n"
     "  mode: observe\n"
     "  fields: {title: {column: Name}}\n",
     "2:42: client_secret is missing in clouds.azure (add client_secret: of the application)\n"},
    {"job without anything",
     HEAD "jobs:\n"
     "- {}\n",
     "5:3: name is missing in job 1 (add name: name of the job, in commands and reports)\n"
     "5:3: cloud is missing in job 1 (add cloud: which cloud, a key of clouds)\n"
     "5:3: kind is missing in job 1 (add kind: listing, offer or referral)\n"
     "5:3: source is missing in job 1 (add source: where the local records live, a key of sources)\n"
     "5:3: mode is missing in job 1 (add mode: observe, propose or apply)\n"
     "5:3: fields is missing in job 1 (add fields: with at least one line such as title: {column: NAME})\n"},
    {"job keys",
     HEAD JOB FIELDS "  evry: 5m\n",
     "11:3: unknown key \"evry\" in job \"j\" (did you mean \"every\"?)\n"},
    {"job names things that are not there",
     HEAD "jobs:\n"
     "- name: j\n"
     "  cloud: asw\n"
     "  kind: referral\n"
     "  source: crn\n"
     "  mode: observe\n"
     "  fields: {title: {column: Name}}\n",
     "6:10: no cloud \"asw\" stands under clouds (did you mean \"aws\"?)\n"
     "8:11: no source \"crn\" stands under sources (did you mean \"crm\"?)\n"},
    {"kind unknown",
     HEAD "jobs:\n"
     "- name: j\n"
     "  cloud: aws\n"
     "  kind: referal\n"
     "  source: crm\n"
     "  mode: observe\n"
     "  fields: {title: {column: Name}}\n",
     "7:9: kind must be listing, offer or referral, not \"referal\" (did you mean \"referral\"?)\n"},
    {"mode has no default",
     HEAD "jobs:\n"
     "- name: j\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: crm\n"
     "  fields: {title: {column: Name}}\n",
     "5:3: mode is missing in job \"j\" (add mode: observe, propose or apply)\n"},
    {"mode unknown",
     HEAD "jobs:\n"
     "- name: j\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: crm\n"
     "  mode: aply\n"
     "  fields: {title: {column: Name}}\n",
     "9:9: mode must be observe, propose or apply, not \"aply\" (did you mean \"apply\"?)\n"},
    {"job name",
     HEAD "jobs:\n"
     "- name: my job\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: crm\n"
     "  mode: observe\n"
     "  fields: {title: {column: Name}}\n",
     "5:9: \"my job\" is no name for a job (use letters, digits, - and _, at most 64)\n"},
    {"duplicate job names",
     HEAD JOB FIELDS "- name: j\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: crm\n"
     "  mode: observe\n"
     "  fields: {title: {column: Name}}\n",
     "11:9: a second job is named \"j\", the first stands in line 5 (give each job a name of its own)\n"},
    {"every too short",
     HEAD JOB FIELDS "  every: 4s\n",
     "11:10: every must be a duration from 5s to 24h (write a number and a unit: 30s, 5m, 24h)\n"},
    {"every without a unit",
     HEAD JOB FIELDS "  every: 300\n",
     "11:10: every must be a duration from 5s to 24h (write a number and a unit: 30s, 5m, 24h)\n"},
    {"every too long",
     HEAD JOB FIELDS "  every: 25h\n",
     "11:10: every must be a duration from 5s to 24h (write a number and a unit: 30s, 5m, 24h)\n"},
    {"full_every shorter",
     HEAD JOB FIELDS "  every: 2h\n"
     "  full_every: 1h\n",
     "12:15: full_every is shorter than every (make full_every at least as long as every)\n"},
    {"no fields",
     HEAD JOB,
     "5:3: fields is missing in job \"j\" (add fields: with at least one line such as title: {column: NAME})\n"},
    {"fields empty",
     HEAD JOB "  fields: {}\n",
     "10:11: fields is empty (add at least one line such as title: {column: NAME})\n"},
    {"fields a list",
     HEAD JOB "  fields: [title]\n",
     "10:11: fields must be a mapping of keys to values (write `key: value` lines below it, or {key: value})\n"},
    {"field unknown",
     HEAD JOB MORE_FIELDS "    closedate: {column: X}\n"
     "    wholly_else: {column: Y}\n",
     "12:5: referrals have no field \"closedate\" (did you mean \"close_date\"?)\n"
     "13:5: referrals have no field \"wholly_else\" (agent.yaml(5) lists them all)\n"},
    {"field a text",
     HEAD JOB "  fields:\n"
     "    title: Name\n",
     "11:12: fields.title must be a mapping of keys to values (write `key: value` lines below it, or {key: value})\n"},
    {"field without column",
     HEAD JOB MORE_FIELDS "    company: {owner: local}\n",
     "12:14: fields.company has no column (add column: NAME, or value: TEXT for a fixed value)\n"},
    {"field empty",
     HEAD JOB MORE_FIELDS "    company:\n",
     "12:13: fields.company has no column (add column: NAME, or value: TEXT for a fixed value)\n"},
    {"field with column and value",
     HEAD JOB MORE_FIELDS "    company: {column: A, value: B}\n",
     "12:33: fields.company has both a column and a fixed value (keep one; `default` is for cells that are empty)\n"},
    {"field option unknown",
     HEAD JOB MORE_FIELDS "    company: {colum: A}\n",
     "12:14: fields.company has no column (add column: NAME, or value: TEXT for a fixed value)\n"
     "12:15: unknown key \"colum\" in fields.company (did you mean \"column\"?)\n"},
    {"owner unknown",
     HEAD JOB MORE_FIELDS "    company: {column: A, owner: loacl}\n",
     "12:33: owner must be ask, local, cloud or newest, not \"loacl\" (did you mean \"local\"?)\n"},
    {"owner local of a field from the cloud",
     HEAD JOB MORE_FIELDS "    id: {column: A, owner: local}\n",
     "12:28: id cannot be owned by local: only the cloud ever sets this field (write owner: cloud, or remove the line)\n"},
    {"owner ask of a field from the cloud",
     HEAD JOB MORE_FIELDS "    status: {column: A, owner: ask}\n",
     "12:32: status cannot be owned by ask: only the cloud ever sets this field (write owner: cloud, or remove the line)\n"},
    {"owner cloud of a field to the cloud",
     HEAD JOB MORE_FIELDS "    involvement: {column: A, owner: cloud}\n",
     "12:37: involvement cannot be owned by cloud: the cloud does not show this field again (write owner: local, or remove the line)\n"},
    {"owner of a constant",
     HEAD JOB MORE_FIELDS "    company: {value: A, owner: ask}\n",
     "12:32: company cannot be owned by ask: a fixed value is always the local side's (write owner: local, or remove the line)\n"},
    {"constant for a field from the cloud",
     HEAD JOB MORE_FIELDS "    id: {value: O1}\n",
     "12:17: id comes from the cloud and cannot have a fixed value (map it to a column, or remove it)\n"},
    {"constant with a default",
     HEAD JOB MORE_FIELDS "    company: {value: A, default: B, empty: clear}\n",
     "12:34: default has no meaning beside a fixed value (remove it)\n"
     "12:44: empty has no meaning beside a fixed value (remove it)\n"},
    {"constant not a word",
     HEAD JOB MORE_FIELDS "    stage: {value: qualifed}\n",
     "12:20: \"qualifed\" is not a word of stage (did you mean \"qualified\"?)\n"},
    {"constant not a day",
     HEAD JOB MORE_FIELDS "    close_date: {value: 2026-02-30}\n",
     "12:25: value of close_date: \"2026-02-30\" is not a real day written as YYYY-MM-DD\n"},
    {"constant list empty",
     HEAD JOB MORE_FIELDS "    delivery_models: {value: []}\n",
     "12:30: value is empty\n"},
    {"default not a word",
     HEAD JOB MORE_FIELDS "    stage: {column: A, default: nothing}\n",
     "12:33: \"nothing\" is not a word of stage (known here: prospect, qualified, technical_validation, business_validation, committed, won or lost)\n"},
    {"default and clear",
     HEAD JOB MORE_FIELDS "    industry: {column: A, default: Other, empty: clear}\n",
     "12:50: fields.industry has both a default for empty cells and empty: clear (keep one of the two)\n"},
    {"empty unknown",
     HEAD JOB MORE_FIELDS "    industry: {column: A, empty: clean}\n",
     "12:34: empty must be keep or clear, not \"clean\" (did you mean \"clear\"?)\n"},
    {"values",
     HEAD JOB MORE_FIELDS "    stage: {column: S, values: {Discovery: qualifid, Won: won, ' WON ': lost, X: '', '': won}}\n",
     "12:44: \"qualifid\" is not a word of stage (did you mean \"qualified\"?)\n"
     "12:64: values holds \"WON\" twice (upper and lower case count as one; keep one)\n"
     "12:82: values is empty (give it a value or remove the line)\n"
     "12:86: values holds an empty word (an empty cell is what `default` is for)\n"},
    {"values that cannot be written back",
     HEAD JOB MORE_FIELDS "    stage: {column: S, values: {Won: lost, LOST: qualified, Gone: lost}}\n"
                          "    national_security: {column: N, values: {No: yes, 'yes': no}}\n",
     "12:32: values reads won as lost, and nothing as won (map a word of the source to it, too)\n"},
    {"values a list",
     HEAD JOB MORE_FIELDS "    stage: {column: S, values: [won]}\n",
     "12:32: values must be a mapping of keys to values (write `key: value` lines below it, or {key: value})\n"},
    {"date format",
     HEAD JOB MORE_FIELDS "    close_date: {column: C, date: DD/MM}\n",
     "12:35: date is no way to write a day: \"DD/MM\" (use YYYY or YY, MM or M or MON, and DD or D, e.g. DD/MM/YYYY)\n"},
    {"styles for the wrong type",
     HEAD JOB MORE_FIELDS "    company: {column: C, date: DD/MM/YYYY, decimal: ',', currency: USD, currency_column: X, separator: ;}\n",
     "12:32: date has no meaning for company, which is of type text (remove it)\n"
     "12:53: decimal has no meaning for company, which is of type text (remove it)\n"
     "12:68: currency has no meaning for company, which is of type text (remove it)\n"
     "12:90: currency_column has no meaning for company, which is of type text (remove it)\n"
     "12:104: separator has no meaning for company, which is of type text (remove it)\n"},
    {"currency unknown",
     HEAD JOB MORE_FIELDS "    spend: {column: C, currency: XYZ}\n",
     "12:34: currency is no currency: \"XYZ\" (use an ISO 4217 code such as USD or EUR)\n"},
    {"decimal unknown",
     HEAD JOB MORE_FIELDS "    spend: {column: C, decimal: ;}\n",
     "12:33: decimal must be \".\" or \",\", not \";\"\n"},
    {"two writers of one column",
     HEAD JOB MORE_FIELDS "    company: {column: Name}\n"
     "    problem: {column: Name, owner: local}\n",
     "12:5: title and company would both be written to the column \"Name\" (give each its own column, or one of them owner: local)\n"},
    {"currency column and its own are fine",
     HEAD JOB MORE_FIELDS "    spend: {column: C, currency_column: D, currency: EUR, decimal: ','}\n",
     ""},
    {"job empty",
     HEAD "jobs:\n"
     "-\n",
     "5:2: name is missing in job 1 (add name: name of the job, in commands and reports)\n"
     "5:2: cloud is missing in job 1 (add cloud: which cloud, a key of clouds)\n"
     "5:2: kind is missing in job 1 (add kind: listing, offer or referral)\n"
     "5:2: source is missing in job 1 (add source: where the local records live, a key of sources)\n"
     "5:2: mode is missing in job 1 (add mode: observe, propose or apply)\n"},
    {"alias for a whole section",
     HEAD JOB FIELDS "  limits: *x\n"
     "  only: *x\n"
     "  match: [*x]\n"
     "  create: *x\n",
     "11:11: aliases (*name) are not accepted (write the value out; quote the text if it begins with *)\n"
     "12:9: aliases (*name) are not accepted (write the value out; quote the text if it begins with *)\n"
     "13:11: aliases (*name) are not accepted (write the value out; quote the text if it begins with *)\n"
     "14:11: aliases (*name) are not accepted (write the value out; quote the text if it begins with *)\n"},
    {"match empty",
     HEAD JOB FIELDS "  match: []\n",
     "11:10: match is empty (remove the line to match by id and partner_reference)\n"},
    {"match a text",
     HEAD JOB FIELDS "  match: id\n",
     "11:10: match must be a list (write one `- item` a line below it, or [item, item])\n"},
    {"match by id unmapped",
     HEAD JOB FIELDS "  match: [id]\n",
     "11:11: match names id, which is not mapped (map it to a column under fields, or do not match by it)\n"},
    {"match unknown",
     HEAD JOB FIELDS "  match: [ref, title, partner_referenc]\n",
     "11:11: unknown match \"ref\" (known here: id or partner_reference)\n"
     "11:16: match does not say how to compare title (write {title: exact})\n"
     "11:23: unknown match \"partner_referenc\" (did you mean \"partner_reference\"?)\n"},
    {"match fields",
     HEAD JOB MORE_FIELDS "    delivery_models: {value: SaaS or PaaS}\n"
     "    involvement: {column: I}\n"
     "    close_date: {column: C}\n"
     "  match: [{website: exact, titel: close}, {title: near, delivery_models: exact}, {involvement: exact}, {close_date: close}, {}]\n",
     "15:12: match names website, which is not mapped (map it to a column under fields, or do not match by it)\n"
     "15:28: match names \"titel\", which is no field of referrals (did you mean \"title\"?)\n"
     "15:51: the way to match is exact or close, not \"near\"\n"
     "15:57: match names delivery_models, which is the same for every record (match by a field that both sides have)\n"
     "15:83: match names involvement, which the cloud does not show (match by a field that both sides have)\n"
     "15:117: close_date is of type date, for which close has no meaning (match it exact)\n"
     "15:125: a match by fields names 1 to 8 of them\n"},
    {"create says nothing",
     HEAD JOB FIELDS "  create:\n"
     "  submit: {}\n",
     "11:10: create does not say when (write create: {when: CONDITION}, create: yes or create: no)\n"
     "12:11: submit does not say when (write submit: {when: CONDITION}, submit: yes or submit: no)\n"},
    {"create unknown",
     HEAD JOB FIELDS "  create: maybe\n"
     "  submit: {wenn: {column: A, equals: b}}\n",
     "11:11: create does not say when (write create: {when: CONDITION}, create: yes or create: no)\n"
     "12:11: submit does not say when (write submit: {when: CONDITION}, submit: yes or submit: no)\n"
     "12:12: unknown key \"wenn\" in submit (known here: when)\n"},
    {"create with more keys",
     HEAD JOB FIELDS "  create: {when: {column: A, equals: b}, whn: c}\n",
     "11:42: unknown key \"whn\" in create (did you mean \"when\"?)\n"},
    {"conditions",
     HEAD JOB FIELDS "  only:\n"
     "  - {column: A}\n"
     "  - {equals: x}\n"
     "  - {column: A, equals: x, not: y}\n"
     "  - {column: A, equal: x}\n"
     "  - x\n",
     "12:5: a condition needs exactly one of equals and not (write equals: TEXT, or not: TEXT; several conditions are a list)\n"
     "13:5: a condition of only needs a column (write column: NAME)\n"
     "14:5: a condition needs exactly one of equals and not (write equals: TEXT, or not: TEXT; several conditions are a list)\n"
     "15:5: a condition needs exactly one of equals and not (write equals: TEXT, or not: TEXT; several conditions are a list)\n"
     "15:17: unknown key \"equal\" in a condition (did you mean \"equals\"?)\n"
     "16:5: a condition must be a mapping of keys to values (write `key: value` lines below it, or {key: value})\n"},
    {"condition empty",
     HEAD JOB FIELDS "  only: []\n"
     "  create: {when: }\n",
     "11:9: only must be a condition or a list of conditions (write {column: NAME, equals: TEXT})\n"
     "12:18: when must be a condition or a list of conditions (write {column: NAME, equals: TEXT})\n"},
    {"condition with a map",
     HEAD JOB FIELDS "  only: {column: A, equals: {b: c}}\n",
     "11:29: equals must be a text or a list of texts\n"},
    {"condition with a list of lists",
     HEAD JOB FIELDS "  only: {column: A, equals: [x, [y], ]}\n",
     "11:33: each item of equals must be a text\n"},
    {"allow",
     HEAD JOB FIELDS "  allow: [close, lunch]\n",
     "11:18: allow does not know \"lunch\" (did you mean \"launch\"?)\n"},
    {"allow a text",
     HEAD JOB FIELDS "  allow: close\n",
     "11:10: allow must be a list (write one `- item` a line below it, or [item, item])\n"},
    {"limits",
     HEAD JOB FIELDS "  limits: {max_share: 0%, floor: -1, max_changes: many, max_amount: 100}\n",
     "11:23: max_share must be a whole number from 1% to 100%\n"
     "11:34: floor must be a whole number from 0 to 1000000\n"
     "11:51: max_changes must be a whole number from 1 to 1000000\n"
     "11:69: max_amount is no amount with its currency: \"100\" (write digits and an ISO 4217 code: 250000 USD)\n"},
    {"limits: amounts",
     HEAD JOB FIELDS "  limits: {max_amount: '1,000 USD'}\n",
     "11:24: max_amount is no amount with its currency: \"1,000 USD\" (write digits and an ISO 4217 code: 250000 USD)\n"},
    {"limits: negative",
     HEAD JOB FIELDS "  limits: {max_amount: -5 USD}\n",
     "11:24: max_amount is no amount with its currency: \"-5 USD\" (write digits and an ISO 4217 code: 250000 USD)\n"},
    {"limits: currency",
     HEAD JOB FIELDS "  limits: {max_amount: 5 Dollars}\n",
     "11:24: max_amount is no amount with its currency: \"5 Dollars\" (write digits and an ISO 4217 code: 250000 USD)\n"},
    {"limits: unknown",
     HEAD JOB FIELDS "  limits: {max_shar: 30%}\n",
     "11:12: unknown key \"max_shar\" in limits (did you mean \"max_share\"?)\n"},
    {"unused sections warn",
     "version: 1\n"
     "clouds: {aws: {catalog: Sandbox}, azure: {tenant: t, client_secret: {env: A}}}\n"
     "sources: {crm: {type: csv, path: a.csv, key: Id}, old: {type: csv, path: b, key: c}}\n"
     "jobs:\n"
     "- name: j\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: crm\n"
     "  mode: observe\n"
     "  fields: {title: {column: Name}}\n",
     "2:35: warning: no job uses the cloud \"azure\" (remove it, or add the job that needs it)\n"
     "3:51: warning: no job uses the source \"old\" (remove it, or add the job that needs it)\n"},
    {"neither title nor company warns",
     HEAD JOB "  fields: {stage: {column: S}}\n",
     "10:11: warning: neither title nor company is mapped (plans and findings name a record by it)\n"},
    {"hostile key",
     "\"a\\e[31m\\nb\": 1\n"
     "version: 1\n"
     "clouds: {aws: {catalog: Sandbox}}\n"
     "sources: {crm: {type: csv, path: a.csv, key: Id}}\n"
     "jobs:\n"
     "- name: j\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: crm\n"
     "  mode: observe\n"
     "  fields: {title: {column: Name}}\n",
     "1:1: unknown key \"a\\x1b[31m\\nb\" in the file (known here: version, har, store, log, net, daemon, clouds, sources or jobs)\n"},
    {"everything at once",
     "version: 1\n"
     "clouds:\n"
     "  aws: {catalog: Sandbox, retries: x}\n"
     "sources:\n"
     "  crm: {type: csv, path: a.csv, key: Id}\n"
     "jobs:\n"
     "- name: j\n"
     "  cloud: aws\n"
     "  kind: referral\n"
     "  source: crm\n"
     "  mode: go\n"
     "  every: 1s\n"
     "  fields:\n"
     "    titel: {column: Name}\n"
     "    stage: {column: S, owner: me}\n"
     "  limits: {max_share: 200%}\n",
     "3:36: retries must be a whole number from 0 to 10\n"
     "11:9: mode must be observe, propose or apply, not \"go\"\n"
     "12:10: every must be a duration from 5s to 24h (write a number and a unit: 30s, 5m, 24h)\n"
     "14:5: referrals have no field \"titel\" (did you mean \"title\"?)\n"
     "15:31: owner must be ask, local, cloud or newest, not \"me\"\n"
     "16:23: max_share must be a whole number from 1% to 100%\n"},
};
/* clang-format on */

/* line:col: [warning: ]message (remedy) */
static void take(void *context, const struct config_fault *fault)
{
    assert_string_equal(fault->place.file, "x/agent.yaml");
    text_addf(context, "%zu:%zu: %s%s", fault->place.line, fault->place.column,
              fault->warning ? "warning: " : "", fault->message);
    if (fault->remedy)
        text_addf(context, " (%s)", fault->remedy);
    text_add(context, "\n");
}

static void test_faults(void **state)
{
    (void)state;
    size_t failed = 0;
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_TEXT struct text faults;
        text_init(&faults, 65536);
        struct config *config = NULL;
        int result = config_parse("x/agent.yaml", cases[i].file, strlen(cases[i].file),
                                  &test_schema, take, &faults, &config);
        bool errors = false; /* a line that is no warning */
        for (const char *line = faults.data; *line; line = strchr(line, '\n') + 1)
            errors |= strncmp(strstr(line, ": ") + 2, "warning: ", 9) != 0;
        assert_int_equal(result, errors ? -ERROR_INPUT : 0);
        assert_true(errors == (config == NULL));
        config_free(config);
        /* What is secret in the cases is spelled so, and is never repeated. */
        assert_null(strstr(faults.data, "hunter2"));
        assert_null(strstr(faults.data, "geheim"));
        if (strcmp(faults.data, cases[i].faults)) {
            print_error("%s: got\n%sinstead of\n%s", cases[i].name, faults.data, cases[i].faults);
            failed++;
        }
    }
    assert_int_equal(failed, 0);
}

static void take_any(void *context, const struct config_fault *fault)
{
    assert_int_equal(fault->place.line, 0);
    text_addf(context, "%s: %s\n", fault->place.file, fault->message);
}

static void test_file(void **state)
{
    (void)state;
    char folder[] = "/tmp/config-XXXXXX";
    assert_non_null(mkdtemp(folder));
    char path[64];
    snprintf(path, sizeof path, "%s/agent.yaml", folder);
    CLEANUP_TEXT struct text faults;
    text_init(&faults, 4096);
    struct config *config = NULL;
    assert_int_equal(config_load(path, &test_schema, take_any, &faults, &config), -ERROR_INPUT);
    assert_true(text_starts(faults.data, path));
    assert_non_null(strstr(faults.data, "No such file"));

    static const char good[] = HEAD JOB FIELDS;
    assert_int_equal(file_replace(path, good, strlen(good), 0600, NULL), 0);
    text_clear(&faults);
    assert_int_equal(config_load(path, &test_schema, take_any, &faults, &config), 0);
    assert_string_equal(faults.data, "");
    assert_string_equal(config->path, path);
    config_free(config);
    config = NULL;

    CLEANUP_TEXT struct text large;
    text_init(&large, LIMIT_YAML_BYTES + 100);
    while (large.length <= LIMIT_YAML_BYTES)
        text_add(&large, "# and so on\n");
    assert_int_equal(file_replace(path, large.data, large.length, 0600, NULL), 0);
    assert_int_equal(config_load(path, &test_schema, take_any, &faults, &config), -ERROR_INPUT);
    assert_null(config);
    assert_string_not_equal(faults.data, "");
    unlink(path);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_faults), cmocka_unit_test(test_file)};
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
