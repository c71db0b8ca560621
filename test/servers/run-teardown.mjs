import { once } from 'node:events';

/** Jest's global teardown: lets the keeper know that the run is over, and waits until it has tidied up. */
export default async function tearDownRun() {
  const keeper = globalThis.sfOpsTestKeeper;
  const ended = once(keeper, 'exit');
  keeper.stdin.end();
  await ended;
}
