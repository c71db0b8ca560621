import type { HelpSection } from '../../commands/definition.js';

/** Help that belongs to no single command. Paragraphs and lists, laid out like the help of commands. */
export interface Topic {
  name: string;
  title: string;
  paragraphs: readonly string[];
  sections: readonly HelpSection[];
}

const EXIT_CODES: Topic = {
  name: 'exit-codes',
  title: 'Exit codes',
  paragraphs: [
    'One table for every command. No success is non-zero, and "cannot tell" (69) is neither yes nor no. A script that must not go on by accident needs one rule: anything but 0 stops.',
    'The format nagios has the codes of a monitoring plugin instead: 0, 1, 2, and 3 whatever goes wrong.',
  ],
  sections: [
    {
      title: 'Codes',
      entries: [
        { term: '0', text: 'done; or the answer is yes' },
        { term: '1', text: 'unexpected failure: a bug in sf-ops; please report it' },
        { term: '2', text: 'the command line is wrong, or a file on it cannot be used' },
        { term: '3', text: 'the answer is no: not okay, problems found, verification failed' },
        { term: '4', text: 'a deadline passed' },
        { term: '5', text: 'what was waited for failed: error or abort' },
        { term: '6', text: 'unknown or gone' },
        { term: '7', text: 'conflict: somebody else holds it, or retries ran out; safe to run again' },
        { term: '8', text: 'still pending' },
        { term: '9', text: 'refused: a precondition or a confirmation is missing; nothing was changed' },
        {
          term: '69',
          text: 'the database cannot answer: unreachable, access denied, unknown database, tables or privileges missing, not Primary',
        },
        { term: '78', text: 'the configuration is wrong or absent' },
        { term: '130, 143', text: 'interrupted (SIGINT), terminated (SIGTERM)' },
      ],
    },
  ],
};

const FORMATS: Topic = {
  name: 'formats',
  title: 'Formats',
  paragraphs: [
    'stdout carries the answer and nothing else; notes, warnings, questions and errors go to stderr. Without --format, a terminal gets a table and anything else gets plain.',
    'table is for people and may change. The others are for scripts: complete, never shortened, and their fields are an API.',
  ],
  sections: [
    {
      title: 'Formats',
      entries: [
        { term: 'table', text: 'aligned columns that fit the terminal, with sentences around them' },
        { term: 'wide', text: 'a table with every column and value in full' },
        { term: 'plain', text: 'a line for each row, fields separated by tabs, - for no value' },
        { term: 'json', text: 'one object; in a failure {"error":{"code","message","hint","exit_code"}}' },
        { term: 'ndjson', text: 'an object a line, as they come' },
        { term: 'csv', text: 'RFC 4180, with a line of headings' },
        { term: 'nagios', text: 'network is-okay: a monitoring plugin' },
        { term: 'prometheus', text: 'network is-okay: for the textfile collector' },
        { term: 'sql', text: 'migrate plan: the statements' },
      ],
    },
    {
      title: 'Options',
      entries: [
        { term: '-o FORMAT, --json', text: 'choose the format' },
        { term: '--columns a,b,c', text: 'these columns, in this order: table, wide, plain and csv' },
        { term: '--headers, --no-headers', text: 'with or without the line of headings' },
        { term: '--utc', text: 'times of day in UTC' },
        { term: '--color when', text: 'auto, always or never; NO_COLOR and FORCE_COLOR are heard' },
      ],
    },
  ],
};

const CONNECTING: Topic = {
  name: 'connecting',
  title: 'Where the database is',
  paragraphs: [
    'Each setting is taken from the first place that has it. A host and a socket are one setting: the nearer place wins.',
    'A password is never a flag: it would be seen in the list of processes. Nothing configured at all is exit code 78.',
  ],
  sections: [
    {
      title: 'Places, the nearest first',
      entries: [
        { term: 'flags', text: '--host, --port, --user, --database, --socket, --password-file, --ssl-*' },
        {
          term: 'option file',
          text: '--defaults-file FILE: groups [client], [client-mariadb] and [sf-ops]; with --profile NAME also [sf-ops-NAME]',
        },
        {
          term: 'environment',
          text: 'SHAKENFIST_MARIADB_HOST, _PORT, _USER, _PASSWORD, _DATABASE',
        },
        { term: '/etc/sf/config', text: 'the configuration of Shaken Fist; another file with --config' },
      ],
    },
    {
      title: 'Instead',
      entries: [
        {
          term: '--host db1,db2:3307',
          text: 'several servers: the first that is reachable and Primary is used',
        },
        { term: '--sandbox', text: 'a private server on this machine, to try everything on' },
      ],
    },
  ],
};

const ENVIRONMENT: Topic = {
  name: 'environment',
  title: 'Environment variables',
  paragraphs: [
    'Every option has a twin: --dry-run is SF_OPS_DRY_RUN, --older-than is SF_OPS_OLDER_THAN. A flag outdoes its twin. An empty variable is one that is not set; a switch takes 1, true, yes or on, and 0, false, no and off leave it off.',
  ],
  sections: [
    {
      title: 'Variables',
      entries: [
        { term: 'SF_OPS_<OPTION>', text: 'the twin of an option' },
        { term: 'SHAKENFIST_MARIADB_*', text: 'where the database is: HOST, PORT, USER, PASSWORD, DATABASE' },
        { term: 'NO_COLOR, FORCE_COLOR', text: 'never, or always, colour' },
        { term: 'COLUMNS', text: 'the width of a terminal that does not tell it' },
        { term: 'LC_ALL, LC_CTYPE, LANG', text: 'ASCII only, where the first that is set is not UTF-8' },
        { term: 'XDG_DATA_HOME, XDG_CACHE_HOME', text: 'where the sandbox keeps its data and its server' },
      ],
    },
  ],
};

export const TOPICS: readonly Topic[] = [EXIT_CODES, FORMATS, CONNECTING, ENVIRONMENT];
