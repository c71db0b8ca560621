import { formatDuration } from '../../core/duration.js';
import type { Names } from '../../core/names.js';
import { IN_FULL } from '../../core/operations/blocker-clause.js';
import { alternativesOf, stepsOf, type ChainLink } from '../../core/operations/explanation.js';
import { answerOf, type AnyAnswer, type Line } from '../../render/answer.js';
import { ExitCode } from '../../core/exit-codes.js';
import { explanationDocument, operationLine, type Explanation } from './explanation.js';
import type { Explained } from './run.js';

/** Up to so many are told in full; more are a table. */
const TOLD_IN_FULL = 5;

export function explainAnswer({ explanations, names, more, notLookedAt }: Explained, now: number): AnyAnswer {
  const nameOf = (uuid: string): string => names.uuid(uuid);
  const title = ({ subject, operation }: Explanation): string =>
    operation === null ? names.object(subject.type, subject.uuid) : `${subject.type} ${nameOf(subject.uuid)}`;
  const inFull = explanations.length <= TOLD_IN_FULL;
  const worst = explanations.find(({ isStuck }) => isStuck) ?? explanations[0];
  const stuck = explanations.filter(({ isStuck }) => isStuck).length;
  return answerOf<Explanation>({
    columns: [
      { name: 'subject_type', heading: 'TYPE', value: ({ subject }) => subject.type, priority: 3 },
      {
        name: 'subject_uuid',
        heading: 'SUBJECT',
        value: ({ subject }) => subject.uuid,
        display: ({ subject, operation }) =>
          operation === null ? names.object(subject.type, subject.uuid) : nameOf(subject.uuid),
      },
      {
        name: 'subject_name',
        heading: 'ON',
        value: ({ subject }) => subject.name,
        display: ({ operation }) => targetsText(operation?.record.targets ?? [], names),
        shrink: 'middle',
        least: 14,
        comfort: 20,
        priority: 1,
      },
      { name: 'reason', heading: 'REASON', value: ({ reason }) => reason, priority: 2 },
      {
        name: 'sentence',
        heading: 'WHY',
        value: ({ sentence }) => sentence(IN_FULL),
        display: ({ sentence }) => sentence(names),
        shrink: 'wrap',
        least: 24,
        comfort: 46,
      },
    ],
    rows: explanations,
    rowStyle: ({ isStuck }) => (isStuck ? 'bad' : undefined),
    json: {
      rows: 'explanations',
      tail: () => ({ more, not_looked_at: notLookedAt }),
    },
    record: explanationDocument,
    ...(inFull
      ? {
          block: (one: Explanation): readonly Line[] => [
            ...(explanations.length > 1 ? [{ text: title(one), style: 'strong' as const }] : []),
            { text: one.sentence(names), ...(one.isStuck ? { style: 'bad' as const } : {}) },
            ...evidenceLines(one, names, now),
            ...(explanations.length > 1 ? mendLines(one, names) : []),
          ],
        }
      : {}),
    empty: 'Nothing is pending.',
    after: () => [
      ...(inFull ? [] : [`${explanations.length} explained, ${stuck} of them stuck.`]),
      ...(more > 0 ? [`${more} more are not shown: --limit ${explanations.length + more} shows them.`] : []),
      ...(notLookedAt > 0 ? [`${notLookedAt} younger ones were not looked at.`] : []),
      ...(explanations.length === 1 ? furtherLines(explanations[0]!, names) : []),
    ],
    next: () => {
      if (worst === undefined || (inFull && explanations.length > 1)) return null;
      const remedies = worst.remedies(names);
      const command = stepsOf(remedies);
      if (command === null) return null;
      const [{ host } = {}] = remedies;
      const where = host === undefined ? '' : ` on ${host}`;
      return { label: `${worst.isStuck ? 'Mend' : 'Next'}${where}`, command };
    },
    exitCode: ExitCode.OK,
  });
}

function targetsText(targets: readonly { objectType: string; uuid: string }[], names: Names): string {
  return targets.map(({ objectType, uuid }) => names.object(objectType, uuid)).join(' ');
}

/** The operation, and below it what it waits for. */
function evidenceLines({ operation, chain }: Explanation, names: Names, now: number): Line[] {
  const own: Line[] =
    operation === null ? [] : [{ text: `  ${operationLine(operation, names, now)}`, hang: 4 }];
  return [...own, ...chain.flatMap((link) => linkLines(link, names, now))];
}

function linkLines({ related, depth, explained }: ChainLink, names: Names, now: number): Line[] {
  const indent = ' '.repeat(2 * depth);
  const text =
    explained === null
      ? `${names.uuid(related.uuid)}  ${related.type}  does not exist (any more)`
      : operationLine({ ...explained, chain: [], position: null }, names, now);
  const report = explained?.record.error?.message ?? null;
  const since = explained?.record.state?.since;
  const hang = indent.length + 5;
  return [
    { text: `${indent}└─ ${text}`, hang },
    ...(report === null
      ? []
      : [
          {
            text: `${indent}     "${report}"${since === undefined ? '' : ` (${formatDuration(now - since)} ago)`}`,
            hang,
          },
        ]),
  ];
}

function mendLines({ remedies }: Explanation, names: Names): Line[] {
  return [
    ...remedies(names).map(({ command, sentence }): Line => ({
      text: `  ${command}  ${sentence}`,
      hang: 4,
    })),
    '',
  ];
}

/** What else helps, beside the one command that comes last. */
function furtherLines({ remedies }: Explanation, names: Names): Line[] {
  return alternativesOf(remedies(names)).map(({ command, sentence }): Line => ({
    text: `Or: ${command} (${sentence})`,
    hang: 4,
  }));
}
