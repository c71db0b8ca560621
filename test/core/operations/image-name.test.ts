import { expect, test } from '@jest/globals';
import { parseEnqueueRequest } from '../../../src/core/operations/enqueue-request.js';
import { imageNameWarning } from '../../../src/core/operations/image-name.js';

test.each(['cirros', 'debian:12', 'Ubuntu', 'https://images.example/cirros.qcow2', 'sf://upload/x/y'])(
  '%s is fetched as it is',
  (url) => {
    const request = parseEnqueueRequest({
      ...{ operation_type: 'artifact_fetch_op', namespace: 'system', tasks: ['image_fetch'] },
      url,
    });
    expect(request.fields.url).toBe(url);
    expect(imageNameWarning(url)).toBeNull();
  },
);

test('a name that only the cluster may know is a warning, not an error', () => {
  expect(imageNameWarning('plan9:4')).toMatch(/^the image name plan9:4 is not one that sf-ops knows/);
});
