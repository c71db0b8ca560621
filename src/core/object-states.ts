/** Whether an object in this state is deleted, and its rows only wait for Shaken Fist's sweep. Null: no state row. */
export function isDeleted(state: string | null): boolean {
  return state === 'deleted' || state === 'hard-deleted';
}
