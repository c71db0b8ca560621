import { expect, test } from '@jest/globals';
import { toolEnvironment } from '../../src/configuration/tool-environment.js';

test('programs that we start get the environment without passwords', () => {
  const environment = {
    PATH: '/bin',
    SHAKENFIST_MARIADB_PASSWORD: 'a',
    SHAKENFIST_AUTH_SECRET_SEED: 'b',
    MYSQL_PWD: 'c',
    SHAKENFIST_NODE_NAME: 'n',
  };
  expect(toolEnvironment(environment)).toEqual({ PATH: '/bin', SHAKENFIST_NODE_NAME: 'n' });
});
