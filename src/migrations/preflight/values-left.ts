import { access, constants } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { countValues } from '../drop-last-cluster-operation/values.js';
import { readColumn, COLUMN } from '../drop-last-cluster-operation/column.js';
import { failure, type Finding, type PreflightRule } from './rule.js';

export const valuesLeft: PreflightRule = {
  id: 'values-left',
  title: 'Values in the column are kept, or there are none',
  why: 'A dropped column takes its values with it, and no command of the server brings them back.',
  whatToDo:
    'Give --backup FILE: every value is written there first, and `sf-ops migrate restore --from FILE` puts them back.',
  beforeHide: false,
  check: async ({ surroundings, request }) => {
    if (request.backup !== null) return cannotBeWritten(request.backup);
    const values = await surroundings.database.read(async (session) =>
      (await readColumn(session)) === null ? 0 : countValues(session),
    );
    return values === 0
      ? []
      : [failure(`${values} ${values === 1 ? 'row has' : 'rows have'} a value in ${COLUMN}.`)];
  },
};

async function cannotBeWritten(file: string): Promise<Finding[]> {
  try {
    await access(dirname(resolve(file)), constants.W_OK);
    return [];
  } catch (error) {
    return [failure(`The backup cannot be written: ${(error as Error).message}.`)];
  }
}
