/** The bill of materials, CycloneDX 1.6: what is inside the program, and the Node that runs it where one is embedded. */
import { createHash } from 'node:crypto';
import { pinned } from './node.mjs';

/**
 * @param program `{ name, version, license }`
 * @param libraries as `librariesIn` returns them
 * @param timestamp ISO 8601
 */
export function billOfMaterials(program, libraries, timestamp) {
  const components = libraries.map(({ name, version, license }) =>
    component('library', { name, version, license }),
  );
  const node = component('platform', { name: 'node', version: pinned.version, license: 'MIT' });
  const subject = component('application', program);
  const document = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { timestamp, component: subject },
    components: [...components, node],
    dependencies: [
      { ref: subject['bom-ref'], dependsOn: [...components, node].map((part) => part['bom-ref']) },
      ...[...components, node].map((part) => ({ ref: part['bom-ref'] })),
    ],
  };
  // The same for the same content, as everything else.
  const digest = createHash('sha256').update(JSON.stringify(document)).digest('hex');
  const serial = `${digest.slice(0, 8)}-${digest.slice(8, 12)}-5${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
  return { ...document, serialNumber: `urn:uuid:${serial}` };
}

function component(type, { name, version, license }) {
  const purl =
    type === 'platform' ? `pkg:generic/${name}@${version}` : `pkg:npm/${name.replace('@', '%40')}@${version}`;
  return { type, 'bom-ref': purl, name, version, purl, licenses: [{ license: { id: license } }] };
}
