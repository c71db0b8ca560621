import { formatDuration } from '../../core/duration.js';
import { isStuck } from '../../core/operations/blocker.js';
import type { ListedOperation } from '../operation-columns.js';

/** Above so many objects they are not counted: to remember each takes memory. */
const OBJECTS_AT_MOST = 10_000;

/** What is said below a list, gathered while its rows go by. */
export class Totals {
  shown = 0;
  stuck = 0;
  oldestSeconds = 0;
  firstStuck: string | null = null;
  readonly #objects = new Set<string>();

  add({ row, blocker, names }: ListedOperation): void {
    this.shown += 1;
    this.oldestSeconds = Math.max(this.oldestSeconds, row.age_seconds);
    if (this.#objects.size <= OBJECTS_AT_MOST)
      this.#objects.add(`${row.target_object_type}/${row.target_uuid}`);
    if (!isStuck(blocker)) return;
    this.stuck += 1;
    this.firstStuck ??= names.uuid(row.operation_uuid);
  }

  /** `14 pending on 9 objects, 4 stuck, oldest 2h30m` */
  get text(): string {
    const { size } = this.#objects;
    const objects =
      size > OBJECTS_AT_MOST
        ? `more than ${OBJECTS_AT_MOST} objects`
        : size === 1
          ? 'one object'
          : `${size} objects`;
    return [
      `${this.shown} pending on ${objects}`,
      ...(this.stuck === 0 ? [] : [`${this.stuck} stuck`]),
      `oldest ${formatDuration(this.oldestSeconds)}`,
    ].join(', ');
  }
}
