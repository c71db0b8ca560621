/**
 * Shaken Fist's `ObjectType`: native ENUM columns hold the member's NAME, plain string columns its value
 * (database contract, section 3). Never rely on an ENUM's number:
 * an upgraded database appends labels, so numbers differ between sites.
 */
const ORDINARY = {
  AGENTOPERATION: 'agentoperation',
  ARTIFACT: 'artifact',
  BLOB: 'blob',
  DHCP: 'dhcp',
  INSTANCE: 'instance',
  INTERFACE: 'interface',
  IPAM: 'ipam',
  NAMESPACE: 'namespace',
  NETWORK: 'network',
  NODE: 'node',
  UPLOAD: 'upload',
  API_REQUESTS: 'api-requests',
  UNKNOWN: 'unknown',
  UNKNOWN_MANAGED_EXECUTABLE: 'unknown_managed_executable',
  NAMESPACE_KEY: 'namespace_key',
  TRUSTED_ISSUER: 'trusted_issuer',
  MAPPING_RULE: 'mapping_rule',
  NAMESPACE_CLAIM: 'namespace_claim',
} as const;

const OPERATIONS = {
  ARTIFACT_FETCH_OP: 'artifact_fetch_op',
  IMGCACHE_OP: 'imgcache_op',
  NET_IFACE_OP: 'net_iface_op',
  NET_IFACE_IP_OP: 'net_iface_ip_op',
  NET_IP_OP: 'net_ip_op',
  NET_MACADDR_IP_OP: 'net_macaddr_ip_op',
  NET_OP: 'net_op',
  NODE_AOP_OP: 'node_aop_op',
  NODE_BLOB_OP: 'node_blob_op',
  NODE_INST_NET_IFACE_OP: 'node_inst_net_iface_op',
  NODE_INST_NETDESC_OP: 'node_inst_netdesc_op',
  NODE_INST_OP: 'node_inst_op',
  NODE_INST_SNAP_OP: 'node_inst_snap_op',
  NODE_NET_OP: 'node_net_op',
} as const;

export type ObjectTypeName = keyof typeof ORDINARY | keyof typeof OPERATIONS;
export type OperationTypeValue = (typeof OPERATIONS)[keyof typeof OPERATIONS];
export type ObjectTypeValue = (typeof ORDINARY)[keyof typeof ORDINARY] | OperationTypeValue;

const VALUE_OF = new Map<string, string>(Object.entries({ ...ORDINARY, ...OPERATIONS }));
const NAME_OF = new Map([...VALUE_OF].map(([name, value]) => [value, name]));

/** Every object type that this version knows, as values: ordinary objects first, then operations. */
export const OBJECT_TYPE_VALUES = [...NAME_OF.keys()];

/** `network` → `NETWORK`; null for a type that this version does not know. */
export function nameOfObjectType(value: string): string | null {
  return NAME_OF.get(value.toLowerCase()) ?? null;
}

/** `NETWORK` → `network`. A label that this version does not know is shown in lower case: display never rejects. */
export function valueOfObjectType(name: string): string {
  return VALUE_OF.get(name) ?? name.toLowerCase();
}

/**
 * Which of the database's own ENUM labels may be operations: every one that is not *known* to be an ordinary object.
 * A newer Shaken Fist adds operation types that this program has never heard of, and they must still hold the gate.
 */
export function operationLabels(enumLabels: readonly string[]): string[] {
  return enumLabels.filter((label) => !Object.hasOwn(ORDINARY, label));
}
