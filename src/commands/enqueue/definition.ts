import { ExitCode } from '../../core/exit-codes.js';
import { OPERATION_TYPES } from '../../core/operations/catalogue.js';
import type { Field } from '../../core/operations/field.js';
import { FAMILIES, type OperationType } from '../../core/operations/operation-type.js';
import { PRIORITY_NAMES } from '../../core/operations/priority.js';
import { defineCommand, type Completer, type OptionDefinition, type Request } from '../definition.js';
import { choice, count, file, flag, optionalArgument, repeated, text, uncheckedText } from '../parameters.js';

const ARGUMENTS = {
  operationType: optionalArgument('what kind of operation; see below', { completes: 'operation-type' }),
};

/** Every field of the catalogue once, in the order of first use; a derived one is never chosen by anybody. */
export const FIELDS: ReadonlyMap<string, Field> = new Map(
  OPERATION_TYPES.flatMap(({ fields }) => fields)
    .filter(({ derived }) => !derived)
    .map((field) => [optionName(field), field]),
);

const FIELD_OPTIONS: Readonly<Record<string, OptionDefinition<string | undefined>>> = Object.fromEntries(
  [...FIELDS].map(([name, field]) => [name, fieldOption(field)]),
);

const ON_ERROR = ['stop', 'skip'] as const;

const OWN_OPTIONS = {
  task: repeated(uncheckedText('task', 'what to do', { completes: 'task' })),
  priority: uncheckedText('priority', 'how urgent it is; without it, user_facing', {
    choices: PRIORITY_NAMES,
  }),
  target: uncheckedText(
    'target',
    'networknode, any, or a node, for types that can be sent to more than one place',
    {
      completes: 'node',
    },
  ),
  family: uncheckedText('family', 'which daemon, if the target does not decide it', { choices: FAMILIES }),
  dependsOn: repeated(
    uncheckedText('type:uuid', 'operation that must complete first', { completes: 'typed-operation' }),
  ),
  runsAfter: repeated(
    uncheckedText('type:uuid', 'operation that must end first, or: latest, pending', {
      completes: 'typed-operation',
    }),
  ),
  requestId: uncheckedText('id', 'request to which the operation belongs'),
  uuid: uncheckedText('v4', 'uuid of the operation: makes a repeat of the same command harmless'),
  delay: uncheckedText('duration', 'do not begin before this time has passed'),
  noCoalesce: flag('enqueue a new operation even if one that waits would do'),
  file: file('enqueue one operation for each line of JSON; - reads stdin'),
  like: uncheckedText('operation', 'the fields, tasks, priority and queue of this one; options override', {
    completes: 'operation',
  }),
  wait: flag('wait until the operation has ended, as sf-ops wait does'),
  onError: choice('what', ON_ERROR, 'with --file: whether a line that cannot be met ends it', {
    default: 'skip',
  }),
  runId: text('id', 'with --file: name the load, so that running it again goes on where it was'),
  batch: count('with --file: lines in one transaction', 1, { default: '1000' }),
  force: flag('do not check that objects and nodes exist, and that dependencies can complete'),
  dryRun: flag('show rows and SQL, write nothing'),
};

type OwnRequest = Request<typeof OWN_OPTIONS, typeof ARGUMENTS>;
/** The options that describe the operation, fields by the names of their options, and how to go about it. */
export type EnqueueCommandOptions = OwnRequest['options'] & Readonly<Record<string, unknown>>;
export type EnqueueCommandRequest = Omit<OwnRequest, 'options'> & {
  readonly options: EnqueueCommandOptions;
};

export const enqueue = defineCommand({
  name: 'enqueue',
  summary: 'enqueue an operation with all of its targets',
  examples: [
    {
      command: 'enqueue net_op --network-uuid web --task network_deploy',
      comment: 'deploy the network named web again',
    },
    {
      command: 'enqueue node_inst_op --instance-uuid web-1 --node-uuid sf-2 --task instance_delete --dry-run',
      comment: 'what would be written, without writing it',
    },
    {
      command: 'enqueue --like 70000005 --dry-run',
      comment: 'a new operation like one that cannot go on',
    },
    {
      command: 'enqueue --file - < requests.ndjson',
      comment: 'one operation for each line of JSON, as a line of --json names its fields',
    },
  ],
  arguments: ARGUMENTS,
  options: { ...FIELD_OPTIONS, ...OWN_OPTIONS },
  sections: [{ title: 'Operation types', entries: OPERATION_TYPES.map(typeEntry) }],
  exitCodes: {
    [ExitCode.DEADLINE]: 'with --wait: --timeout has passed',
    [ExitCode.FAILED]: 'with --wait: it failed or was aborted',
    [ExitCode.NOT_FOUND]: 'an object, a node or an operation that it names is unknown',
    [ExitCode.CONFLICT]: 'somebody else was faster too often; nothing was written',
    [ExitCode.REFUSED]:
      'the uuid belongs to another operation, a dependency has failed, an interface is elsewhere',
  },
  needs: 'database',
  writes: true,
  load: async () => (await import('./run.js')).run,
});

/** `network_uuid` → `networkUuid` */
function optionName({ name }: Field): string {
  return name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function fieldOption({ kind, help, objectType }: Field): OptionDefinition<string | undefined> {
  const completes = objectType?.toLowerCase() as Completer | undefined;
  return uncheckedText(kind.endsWith('-list') ? 'json' : kind, help, {
    group: 'Fields',
    ...(completes === undefined ? {} : { completes }),
  });
}

/** What a type is for and takes, derived from its declaration. */
function typeEntry({ value, summary, fields, tasks }: OperationType): { term: string; text: string } {
  const options = fields
    .filter(({ derived }) => !derived)
    .map(({ option, required }) => (required ? option : `[${option}]`));
  return { term: value, text: `${summary}: ${options.join(' ')}; tasks ${tasks.join(', ')}` };
}
