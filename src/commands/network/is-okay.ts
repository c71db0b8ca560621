import { NotFoundError, SfOpsError, UsageError } from '../../core/errors.js';
import { ExitCode } from '../../core/exit-codes.js';
import { answerForAll } from '../../core/gate/gate-answer.js';
import { isDying, isGoingAway, isUnheardOf } from '../../core/gate/gate-evidence.js';
import type { Database } from '../../database/database.js';
import { readGateEvidence } from '../../gate/gate.js';
import { requireNamespace, requireNamespaceText } from '../../gate/namespace.js';
import type { NetworkChoice } from '../../database/queries/networks.js';
import { resolveObjects } from '../../database/queries/objects.js';
import { ONE_TARGET_ONLY, recordsOneTargetOnly } from '../../database/queries/target-key.js';
import { gateReport } from './gate-report.js';
import { NAGIOS_EXIT, nagiosFailure } from './nagios.js';
import { writeAtomically } from '../../render/output-file.js';
import { render } from '../../render/renderer.js';
import type { CommandContext, Result } from '../command.js';
import { idsWithStdin } from '../object-arguments.js';
import { judgeNetworks } from '../../gate/judge.js';
import { machineLook } from '../../gate/machine-look.js';

export interface IsOkayOptions {
  all?: boolean;
  namespace?: string;
  hostChecks: 'auto' | 'on' | 'off';
  mesh?: boolean;
  lenientDnsmasq?: boolean;
  strict?: boolean;
  output?: string;
}

export const IS_OKAY_FORMATS = ['nagios', 'prometheus'];

/** @param configPath as given with `--config` */
export async function isOkay(
  context: CommandContext,
  options: IsOkayOptions,
  ids: string[],
  configPath: string | undefined,
): Promise<Result> {
  try {
    checkUsage(options, ids);
    return await deliver(context, options, await ask(context, options, ids, configPath));
  } catch (error) {
    // A monitoring plugin answers UNKNOWN in words; any exit code but its own four would be read as critical.
    if (context.format !== 'nagios' || !(error instanceof SfOpsError)) throw error;
    return { exitCode: NAGIOS_EXIT.UNKNOWN, report: nagiosFailure(error) };
  }
}

function checkUsage(options: IsOkayOptions, ids: string[]): void {
  requireNamespaceText(options.namespace);
  const all = options.all === true || options.namespace !== undefined;
  if (all && ids.length > 0) throw new UsageError('Give either networks or --all (or --namespace).');
  if (!all && ids.length === 0) {
    throw new UsageError('Give a network, or --all.', {
      hint: 'For example: sf-ops network is-okay my-network',
    });
  }
  if (options.mesh && options.hostChecks === 'off') {
    throw new UsageError('--mesh looks at this machine, which --host-checks off forbids.');
  }
}

async function ask(
  context: CommandContext,
  options: IsOkayOptions,
  ids: string[],
  configPath: string | undefined,
): Promise<Result> {
  const texts = await idsWithStdin(context, ids);
  const database = await context.database();
  const description = await database.describe();
  const named = ids.length > 0;
  const now = context.now();
  const { evidence, warnings } = await database.snapshot(async (session) => {
    const choice: NetworkChoice = named
      ? { uuids: unique(await resolveObjects(session, description, 'NETWORK', texts)) }
      : { namespace: options.namespace ?? null };
    const evidence = await readGateEvidence(session, description, choice, now);
    if (evidence.length === 0 && options.namespace !== undefined)
      await requireNamespace(session, description, options.namespace);
    // Where something is pending, the answer is right whatever else is missing.
    const doubtful =
      evidence.some(({ pending }) => pending.length === 0) && (await recordsOneTargetOnly(session));
    return { evidence, warnings: doubtful ? [ONE_TARGET_ONLY] : [] };
  });
  const unheardOf = evidence.find(isUnheardOf);
  if (unheardOf !== undefined) throw new NotFoundError(`There is no network ${unheardOf.network.uuid}.`);

  for (const warning of warnings) context.warn(warning);
  const living = named ? evidence : evidence.filter((one) => !isDying(one));
  const goingAway = named ? [] : evidence.filter(isGoingAway);
  if (goingAway.length > 0 && context.format !== 'table') {
    context.note(
      `Going away: ${goingAway.map(({ network }) => network.row?.name ?? network.uuid).join(', ')}.`,
    );
  }
  const look = await machineLook(context, database, options, configPath);
  const answers = await judgeNetworks(context, database, living, look, {
    strict: options.strict === true,
    named,
  });
  const answer = answerForAll(answers, goingAway, await consistency(context, database), warnings);
  return {
    exitCode: exitCode(answer.okay, context.format),
    report: gateReport(answer, { named, now: context.now() }),
  };
}

function unique(references: readonly { uuid: string }[]): string[] {
  return [...new Set(references.map(({ uuid }) => uuid))];
}

async function consistency(
  context: CommandContext,
  database: Database,
): Promise<{ node: string; causal: boolean }> {
  const found = await database.readConsistency();
  if (!found.causal)
    context.warn(`${found.node} is read-only, most likely a replica: its answer may be late.`);
  return found;
}

function exitCode(okay: boolean | null, format: string): ExitCode {
  if (format === 'nagios') {
    return okay === null ? NAGIOS_EXIT.UNKNOWN : okay ? NAGIOS_EXIT.OK : NAGIOS_EXIT.CRITICAL;
  }
  return okay === null ? ExitCode.UNAVAILABLE : okay ? ExitCode.OK : ExitCode.NO;
}

async function deliver(context: CommandContext, { output }: IsOkayOptions, result: Result): Promise<Result> {
  if (output === undefined || result.report === null) return result;
  await writeAtomically(output, await render(result.report, context.format, { colorLevel: 0 }));
  return { ...result, report: null };
}
