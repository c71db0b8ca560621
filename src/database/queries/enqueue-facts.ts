import { sql, type SQL } from 'drizzle-orm';
import type { Candidate } from '../../core/operations/coalescing.js';
import type { VersionSources } from '../../core/operations/conventions.js';
import {
  candidateFrom,
  objectKey,
  type ExistingOperation,
  type InterfaceFacts,
  type ObjectFacts,
} from '../../core/operations/enqueue-batch.js';
import type { Dependency } from '../../core/operations/operation.js';
import { nameOfObjectType } from '../../core/object-types.js';
import { parseUuid, undashed, type Uuid } from '../../core/uuid.js';
import type { DatabaseDescription } from '../description.js';
import { answered, optionalQuestion, question, type Question } from '../questions.js';
import { dashedColumn, likeColumn } from '../uuid-columns.js';
import type { ObjectReference } from './targets.js';

/** The tables of objects that have one of their own; other objects are known by their state row alone. */
const TABLES: Readonly<Record<string, string>> = {
  NETWORK: 'networks',
  INSTANCE: 'instances',
  INTERFACE: 'network_interfaces',
  NODE: 'nodes',
};

/** Nodes in these states run nothing, whatever they last published. */
const NODES_AT_WORK = sql`COALESCE(s.state_value, '') NOT IN ('deleted', 'hard-deleted', 'delete-wait', 'delete_wait', 'error', 'missing', 'stopped')`;
/** Seconds after which what a node published counts no more (database contract, section 8). */
const METRICS_LIVE_SECONDS = 300;

/** The largest statement that the server takes. */
export function packetQuestion(): Question<number> {
  return question(sql`SELECT @@max_allowed_packet AS bytes`, ([row]: { bytes: number }[]) =>
    Number(row!.bytes),
  );
}

/** Operations by uuid, with their states. */
export function existingOperationsQuestion(
  description: DatabaseDescription,
  uuids: readonly Uuid[],
): Question<Map<Uuid, ExistingOperation>> {
  if (uuids.length === 0) return answered(new Map<Uuid, ExistingOperation>());
  const uuid = dashedColumn(description, 'cluster_operations', 'uuid', sql`o.uuid`);
  return question(
    sql`SELECT o.uuid, o.operation_type, o.created_at, o.metadata_json, s.state_value AS state
      FROM cluster_operations o LEFT JOIN object_states s
        ON s.object_type IN ${description.operationLabels} AND s.object_uuid = ${uuid}
      WHERE o.uuid IN ${uuids.map(undashed)}`,
    (rows: OperationRow[]) => new Map(rows.map(existingOperation).map((found) => [found.uuid, found])),
  );
}

interface OperationRow {
  uuid: string;
  operation_type: string;
  created_at: number;
  metadata_json: string;
  state: string | null;
}

function existingOperation(row: OperationRow): ExistingOperation {
  return {
    uuid: parseUuid(row.uuid) ?? row.uuid,
    operationType: row.operation_type,
    createdAt: row.created_at,
    state: row.state,
    metadataJson: row.metadata_json,
  };
}

/** What is known of objects, by `objectKey`; those of which nothing is are absent. */
export function objectStatesQuestion(
  objects: readonly ObjectReference[],
): Question<Map<string, string | null>> {
  const states = new Map<string, string | null>();
  if (objects.length === 0) return answered(states);
  const types = [...new Set(objects.map(({ typeName }) => typeName))];
  const alternatives = types.map((type) => {
    const uuids = objects.filter(({ typeName }) => typeName === type).map(({ uuid }) => uuid);
    return sql`(object_type = ${type} AND object_uuid IN ${uuids})`;
  });
  return question(
    sql`SELECT object_type, object_uuid, state_value FROM object_states WHERE ${sql.join(alternatives, sql` OR `)}`,
    (rows: { object_type: string; object_uuid: string; state_value: string | null }[]) => {
      for (const { object_type: type, object_uuid: uuid, state_value: state } of rows)
        states.set(objectKey(type, uuid.toLowerCase()), state);
      return states;
    },
  );
}

/** Which of the objects have a row in the table of their type. */
export function objectRowsQuestion(
  description: DatabaseDescription,
  objects: readonly ObjectReference[],
): Question<Set<string>> {
  const parts = Object.entries(TABLES).flatMap(([type, table]) => {
    const uuids = objects.filter(({ typeName }) => typeName === type).map(({ uuid }) => undashed(uuid));
    if (uuids.length === 0 || !description.tables.has(table)) return [];
    return [
      sql`SELECT ${type} AS type, CAST(uuid AS CHAR) AS uuid FROM ${sql.identifier(table)} WHERE uuid IN ${uuids}`,
    ];
  });
  if (parts.length === 0) return answered(new Set<string>());
  return question(
    sql.join(parts, sql` UNION ALL `),
    (rows: { type: string; uuid: string }[]) =>
      new Set(rows.map(({ type, uuid }) => objectKey(type, parseUuid(uuid) ?? uuid))),
  );
}

/** Puts the two answers about objects together. */
export function objectFacts(
  description: DatabaseDescription,
  objects: readonly ObjectReference[],
  { states, rows }: { states: ReadonlyMap<string, string | null>; rows: ReadonlySet<string> },
): Map<string, ObjectFacts> {
  return new Map(
    objects.map(({ typeName, uuid }) => {
      const key = objectKey(typeName, uuid);
      const table = TABLES[typeName];
      const hasTable = table !== undefined && description.tables.has(table);
      return [key, { state: states.get(key), hasRow: hasTable ? rows.has(key) : null }];
    }),
  );
}

export function interfacesQuestion(
  description: DatabaseDescription,
  uuids: readonly Uuid[],
): Question<Map<Uuid, InterfaceFacts>> {
  if (uuids.length === 0 || !description.tables.has('network_interfaces'))
    return answered(new Map<Uuid, InterfaceFacts>());
  return question(
    sql`SELECT uuid, network_uuid, instance_uuid FROM network_interfaces WHERE uuid IN ${uuids.map(undashed)}`,
    (rows: { uuid: string; network_uuid: string; instance_uuid: string }[]) =>
      new Map(
        rows.map((row) => [
          parseUuid(row.uuid) ?? row.uuid,
          {
            networkUuid: parseUuid(row.network_uuid) ?? row.network_uuid,
            instanceUuid: parseUuid(row.instance_uuid) ?? row.instance_uuid,
          },
        ]),
      ),
  );
}

/** Which waiting operations to look for. */
export interface CandidateSearch {
  /** Values of operation types. */
  readonly operationTypes: readonly string[];
  readonly networks: readonly Uuid[];
  readonly queueNames: readonly string[];
  /** Unix seconds: those that may begin later are of no use. */
  readonly dueAt: number;
}

/**
 * The waiting operations that might be used instead of new ones. They are found by their work rows, so that an operation
 * without one cannot be among them; reads what is due in the queues, and the headers of the types.
 */
export function candidatesQuestion(
  description: DatabaseDescription,
  { operationTypes, networks, queueNames, dueAt }: CandidateSearch,
): Question<Candidate[]> {
  if (networks.length === 0) return answered([]);
  const uuid = sql`JSON_VALUE(w.payload, '$.operation_uuid')`;
  const labels = operationTypes.map((type) => nameOfObjectType(type)!);
  return question(
    sql`SELECT o.uuid, o.operation_type, o.created_at, o.metadata_json, o.priority, s.state_value AS state,
        w.scheduled_at
      FROM work_queue w
      STRAIGHT_JOIN cluster_operations o ON o.uuid = ${likeColumn(description, 'cluster_operations', 'uuid', uuid)}
      STRAIGHT_JOIN object_states s ON s.object_type IN ${labels}
        AND s.object_uuid = ${likeColumn(description, 'object_states', 'object_uuid', uuid)}
      WHERE w.queue_name IN ${[...queueNames]} AND w.claimed_at IS NULL AND w.scheduled_at <= ${dueAt}
        AND o.operation_type IN ${[...operationTypes]} AND o.network_uuid IN ${networks.map(undashed)}
        AND s.state_value = 'queued'`,
    (rows: (OperationRow & { priority: string | null; scheduled_at: number })[]) =>
      rows.map((row) =>
        candidateFrom({ ...existingOperation(row), priority: row.priority, dueAt: row.scheduled_at }),
      ),
  );
}

/** The row with the highest `sequence_number` of each object, whatever its state, by `objectKey`. */
export function latestQuestion(objects: readonly ObjectReference[]): Question<Map<string, Dependency>> {
  const latest = new Map<string, Dependency>();
  if (objects.length === 0) return answered(latest);
  const which = objects.map(
    ({ typeName, uuid }) => sql`(target_object_type = ${typeName} AND target_uuid = ${uuid})`,
  );
  return question(
    sql`SELECT t.operation_type, t.operation_uuid, t.target_object_type, t.target_uuid
      FROM (SELECT MAX(sequence_number) AS last FROM cluster_operation_targets
        WHERE ${sql.join(which, sql` OR `)} GROUP BY target_object_type, target_uuid) newest
      JOIN cluster_operation_targets t ON t.sequence_number = newest.last`,
    (
      rows: {
        operation_type: string;
        operation_uuid: string;
        target_object_type: string;
        target_uuid: string;
      }[],
    ) => {
      for (const row of rows) {
        latest.set(objectKey(row.target_object_type, row.target_uuid.toLowerCase()), {
          op_type: row.operation_type as Dependency['op_type'],
          op_uuid: parseUuid(row.operation_uuid) ?? row.operation_uuid,
        });
      }
      return latest;
    },
  );
}

/** `metadata_json` of the newest row of each type. */
export function newestQuestion(operationTypes: readonly string[]): Question<Map<string, string>> {
  if (operationTypes.length === 0) return answered(new Map<string, string>());
  const parts = operationTypes.map(
    (type) => sql`(SELECT operation_type, metadata_json FROM cluster_operations
      WHERE operation_type = ${type} ORDER BY created_at DESC LIMIT 1)`,
  );
  return question(
    sql.join(parts, sql` UNION ALL `),
    (rows: { operation_type: string; metadata_json: string }[]) =>
      new Map(rows.map((row) => [row.operation_type, row.metadata_json])),
  );
}

/**
 * The lowest version of each type that the living nodes publish; types that none publishes are absent. No answer where
 * the table is missing or may not be read.
 */
export function publishedQuestion(
  description: DatabaseDescription,
  operationTypes: readonly string[],
): Question<Map<string, number>> {
  const none = new Map<string, number>();
  const has = (column: string): boolean => description.column('node_metrics', column) !== null;
  if (operationTypes.length === 0 || !['node_uuid', 'timestamp', 'metrics_json'].every(has))
    return answered(none);
  const columns = operationTypes.map((type, index): SQL => {
    const key = `object_version_${type}`;
    const inJson = sql`JSON_VALUE(m.metrics_json, ${`$.${key}`})`;
    const value = has(key) ? sql`COALESCE(m.${sql.identifier(key)}, ${inJson})` : inJson;
    return sql`${value} AS ${sql.identifier(`v${index}`)}`;
  });
  const node = dashedColumn(description, 'node_metrics', 'node_uuid', sql`m.node_uuid`);
  return optionalQuestion(
    sql`SELECT ${sql.join(columns, sql`, `)} FROM node_metrics m
      LEFT JOIN object_states s ON s.object_type = 'NODE' AND s.object_uuid = ${node}
      WHERE m.timestamp > UNIX_TIMESTAMP() - ${METRICS_LIVE_SECONDS} AND ${NODES_AT_WORK}`,
    (rows: Record<string, string | number | null>[]) => {
      const published = operationTypes.flatMap((type, index): [string, number][] => {
        const versions = rows.flatMap((row) => {
          const text = row[`v${index}`] ?? null;
          const version = text === null ? NaN : Number(text);
          return Number.isFinite(version) ? [version] : [];
        });
        return versions.length === 0 ? [] : [[type, Math.min(...versions)]];
      });
      return new Map(published);
    },
    none,
  );
}

/** Puts the two answers about versions together, by the type's value. */
export function versionSources(
  operationTypes: readonly string[],
  { published, newest }: { published: ReadonlyMap<string, number>; newest: ReadonlyMap<string, string> },
): Map<string, VersionSources> {
  return new Map(
    operationTypes.map((type) => [
      type,
      { published: published.get(type) ?? null, newest: newest.get(type) ?? null },
    ]),
  );
}
