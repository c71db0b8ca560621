import { createPublicKey, verify } from 'node:crypto';
import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { publicKeyOf, signChallenge } from '../../src/database/ed25519.js';

test('the key is that of ED25519_PASSWORD() in MariaDB', () => {
  // From MariaDB's own documentation.
  expect(Buffer.from(publicKeyOf('secret')).toString('base64')).toBe(
    'ZIgUREUg5PVgQ6LskhXmO+eZLS0nC8be6HPjYWR4YJY=',
  );
});

test('a signature is one that everybody can verify with that key', () => {
  fc.assert(
    fc.property(fc.string(), fc.uint8Array({ minLength: 32, maxLength: 32 }), (password, challenge) => {
      const x = Buffer.from(publicKeyOf(password)).toString('base64url');
      const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
      expect(verify(null, challenge, key, signChallenge(password, challenge))).toBe(true);
    }),
    { numRuns: 20 },
  );
});
