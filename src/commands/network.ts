import { Option } from 'commander';
import type { Declare } from './command.js';
import { isOkay, IS_OKAY_FORMATS, type IsOkayOptions } from './network/is-okay.js';
import { listNetworks } from './network/list.js';

export const declare: Declare = (command, handle) => {
  const isOkayCommand = command
    .command('is-okay')
    .description('whether networks are fine: nothing pending, or nothing wrong')
    .argument('[network...]', 'uuids, names, or the beginnings of uuids; - reads them from stdin')
    .option('--all', 'every network that is not deleted')
    .option('--namespace <namespace>', 'every network of this namespace')
    .addOption(
      new Option('--host-checks <when>', 'look at this machine too; auto: where it is a Shaken Fist node')
        .choices(['auto', 'on', 'off'])
        .default('auto'),
    )
    .option('--mesh', 'compare the flood entries with the nodes that should be in the mesh')
    .option('--lenient-dnsmasq', 'any live process counts as dnsmasq, as for Shaken Fist itself')
    .option('--strict', 'an operation that will never run does not excuse a network')
    .option('--output <file>', 'write the answer to a file, whole or not at all')
    .addHelpText('after', `\nFormats beside the common ones: ${IS_OKAY_FORMATS.join(', ')}.`);
  const configuration = (): { config?: string } => isOkayCommand.optsWithGlobals<{ config?: string }>();
  isOkayCommand.action(
    handle(
      async (context, options: IsOkayOptions, ids: string[]) =>
        isOkay(context, options, ids, configuration().config),
      { formats: IS_OKAY_FORMATS },
    ),
  );

  command
    .command('list')
    .description('networks with their state, what is pending on them, and whether they are okay')
    .option('--namespace <namespace>', 'only networks of this namespace')
    .option('--deleted', 'deleted networks too')
    .action(handle(listNetworks));
};
