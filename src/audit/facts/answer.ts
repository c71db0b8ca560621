import type { Observed } from '../../core/observed.js';
import {
  isCollationMix,
  isColumnMissing,
  isPrivilegeMissing,
  isTableMissing,
  serverMessage,
} from '../../database/server-errors.js';

/**
 * What a question yields; or why this account, or this schema, does not let it be answered. Each of these reasons is a
 * failed check elsewhere or a privilege that an account may lack. Any other failure means that the database cannot
 * answer at all, and passes.
 */
export async function answer<T>(question: () => Promise<T>): Promise<Observed<T>> {
  try {
    return { value: await question() };
  } catch (error) {
    const isExpected =
      isPrivilegeMissing(error) || isTableMissing(error) || isColumnMissing(error) || isCollationMix(error);
    if (!isExpected) throw error;
    return { unknown: serverMessage(error) };
  }
}
