import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalIp, canonicalMac } from '../../../src/core/operations/network-address.js';

/** The right-hand sides are what Python 3.11's `str(ipaddress.ip_address(text))` gives. */
describe('addresses are kept as Python prints them', () => {
  test.each([
    ['10.0.0.7', '10.0.0.7'],
    ['FE80:0:0::1', 'fe80::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['0:0:1::', '0:0:1::'],
    ['::', '::'],
    ['1::', '1::'],
    ['::ffff:1.2.3.4', '::ffff:102:304'],
    ['64:ff9b::1.2.3.4', '64:ff9b::102:304'],
  ])('%s', (text, printed) => {
    expect(canonicalIp(text)).toBe(printed);
  });

  test.each(['', '10.0.0', '010.0.0.1', '10.0.0.7/24', 'fe80::1%eth0', '[::1]', 'host', ' ::1'])(
    'not an address: %p',
    (text) => {
      expect(canonicalIp(text)).toBeNull();
    },
  );

  test('what is printed is read again as itself', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const printed = canonicalIp(text)!;
        expect(canonicalIp(printed)).toBe(printed);
      }),
    );
  });
});

describe('MAC addresses are kept with colons', () => {
  test.each([
    '02:00:00:5e:10:7f',
    '02:00:00:5E:10:7F',
    '02-00-00-5E-10-7F',
    '02.00.00.5e.10.7f',
    '0200.005e.107f',
  ])('%s', (text) => {
    expect(canonicalMac(text)).toBe('02:00:00:5e:10:7f');
  });

  test.each([
    '',
    '02:00:00:5e:10',
    '02:00-00:5e:10:7f',
    '0200005e107f',
    '0200-005e-107f',
    '02:00:00:5e:10:7g',
  ])('not one: %p', (text) => {
    expect(canonicalMac(text)).toBeNull();
  });
});
