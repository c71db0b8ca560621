import { createHash } from 'node:crypto';
import { CURVE, etc, Point } from '@noble/ed25519';

/**
 * The answer to the challenge of MariaDB's `ed25519` plugin: a signature, which tells nobody the password. Ed25519 as
 * in RFC 8032, except that the password, of any length, stands where the 32 bytes of a secret key would; Node's own
 * `crypto` takes secret keys only.
 */
export function signChallenge(password: string, challenge: Uint8Array): Uint8Array {
  const { scalar, prefix, publicKey } = keyOf(password);
  const nonce = numberOf(sha512(prefix, challenge)) % CURVE.n;
  const commitment = pointOf(nonce);
  const product = numberOf(sha512(commitment, publicKey, challenge)) * scalar;
  return Buffer.concat([commitment, bytesOf((nonce + product) % CURVE.n)]);
}

/** What the server keeps of a password, as `ED25519_PASSWORD()` computes it (in base64 there). */
export function publicKeyOf(password: string): Uint8Array {
  return keyOf(password).publicKey;
}

function keyOf(password: string): { scalar: bigint; prefix: Uint8Array; publicKey: Uint8Array } {
  const expanded = sha512(Buffer.from(password, 'utf8'));
  const head = expanded.subarray(0, 32);
  head[0]! &= 248;
  head[31]! &= 127;
  head[31]! |= 64;
  const scalar = numberOf(head) % CURVE.n;
  return { scalar, prefix: expanded.subarray(32), publicKey: pointOf(scalar) };
}

function pointOf(scalar: bigint): Uint8Array {
  return Point.BASE.multiply(scalar).toBytes();
}

function sha512(...parts: Uint8Array[]): Buffer {
  const hash = createHash('sha512');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** Little-endian, as everything in Ed25519. */
function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${etc.bytesToHex(Uint8Array.from(bytes).reverse())}`);
}

function bytesOf(number: bigint): Uint8Array {
  return etc.hexToBytes(number.toString(16).padStart(64, '0')).reverse();
}
